import base64
import hashlib

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from flowengine.credentials import decrypt, encrypt
from flowengine.errors import CredentialsError
from flowengine.flow_file import FlowFile
from flowengine.user_dir import UserDir

SECRETS = {"n1": {"password": "geheim", "user": "ä"}}


def node_reds_form(values, secret):
    """What Node-RED writes: hex of the vector, then base64 of the text in AES-256-CTR under SHA-256 of the secret."""
    vector = bytes(range(16))
    step = Cipher(algorithms.AES(hashlib.sha256(secret.encode()).digest()), modes.CTR(vector)).encryptor()
    return {
        "$": vector.hex() + base64.b64encode(step.update(orjson.dumps(values)) + step.finalize()).decode()
    }


def test_node_reds_form_is_read():
    assert decrypt(node_reds_form(SECRETS, "s3cret"), "s3cret") == SECRETS


def test_what_is_written_is_read_again_and_hides_the_secret():
    stored = encrypt(SECRETS, "s3cret")
    assert b"geheim" not in orjson.dumps(stored)
    assert stored != encrypt(SECRETS, "s3cret"), "every write has a vector of its own"
    assert decrypt(stored, "s3cret") == SECRETS


def test_plain_credentials_are_read():
    assert decrypt(SECRETS, None) == SECRETS


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_wrong_secret_is_an_error_that_shows_nothing(secret):
    with pytest.raises(CredentialsError) as caught:
        decrypt(node_reds_form(SECRETS, "s3cret"), secret)
    assert "credentialSecret" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_node_red_folder_opens_and_is_written_back(tmp_path):
    (tmp_path / "flows.json").write_bytes(orjson.dumps([{"id": "t", "type": "tab"}]))
    (tmp_path / "flows_cred.json").write_bytes(orjson.dumps(node_reds_form(SECRETS, "made-up")))
    (tmp_path / ".config.runtime.json").write_bytes(orjson.dumps({"_credentialSecret": "made-up"}))
    folder = UserDir(tmp_path)
    file, secrets = folder.read()
    assert secrets == SECRETS
    folder.write(FlowFile([*file.nodes, {"id": "u", "type": "tab"}]), {"n1": {"password": "neu"}})
    file, secrets = UserDir(tmp_path).read()
    assert [node["id"] for node in file.nodes] == ["t", "u"]
    assert secrets == {"n1": {"password": "neu"}}
    assert (tmp_path / ".flows.json.backup").exists()
    assert b"neu" not in (tmp_path / "flows_cred.json").read_bytes()
