"""The OpenAI API node: records of its methods, and what turns a record and a payload into a request."""
