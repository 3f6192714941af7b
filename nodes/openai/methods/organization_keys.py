"""Admin keys, certificates, customer-held keys and storage of an organization."""

from typing import Literal

from ..record import PAGE, Family, delete, get, optional, post, required
from .fields import CERTIFICATE_IDS, NAME
from .shapes import Json

KEY_PURPOSE = optional("purpose", Literal["ekm", "psp_decryption"])

FAMILY = Family(
    "organization-keys",
    icon="🔐",
    admin=True,
    methods=(
        post(
            "admin.organization.admin_api_keys.create",
            "/organization/admin_api_keys",
            NAME,
            optional("expires_in_seconds", int),
        ),
        delete("admin.organization.admin_api_keys.delete", "/organization/admin_api_keys/{key_id}"),
        get(
            "admin.organization.admin_api_keys.list", "/organization/admin_api_keys", *PAGE, page="CursorPage"
        ),
        get("admin.organization.admin_api_keys.retrieve", "/organization/admin_api_keys/{key_id}"),
        post(
            "admin.organization.certificates.activate",
            "/organization/certificates/activate",
            CERTIFICATE_IDS,
            page="Page",
        ),
        post(
            "admin.organization.certificates.create",
            "/organization/certificates",
            required(
                "certificate", example="-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----"
            ),
            optional("name"),
        ),
        post(
            "admin.organization.certificates.deactivate",
            "/organization/certificates/deactivate",
            CERTIFICATE_IDS,
            page="Page",
        ),
        delete("admin.organization.certificates.delete", "/organization/certificates/{certificate_id}"),
        get(
            "admin.organization.certificates.list",
            "/organization/certificates",
            *PAGE,
            page="ConversationCursorPage",
        ),
        get(
            "admin.organization.certificates.retrieve",
            "/organization/certificates/{certificate_id}",
            optional("include", list[Literal["content"]]),
        ),
        post(
            "admin.organization.certificates.update",
            "/organization/certificates/{certificate_id}",
            optional("name"),
            example={"name": "Gateway"},
        ),
        post(
            "admin.organization.external_keys.create",
            "/organization/external_keys",
            NAME,
            required("type", Literal["aws", "gcp", "azure", "oci"], example="aws"),
            optional("external_id"),
            optional("kms_arn"),
            optional("role_arn"),
            KEY_PURPOSE,
            optional("audience"),
            optional("kms_key_location"),
            optional("kms_key_name"),
            optional("kms_key_ring_name"),
            optional("kms_project_id"),
            optional("workload_identity_pool_id"),
            optional("workload_identity_project_number"),
            optional("workload_identity_provider_id"),
            optional("kms_key_version"),
            optional("key_name"),
            optional("tenant_id"),
            optional("vault_uri"),
            optional("key_version"),
            optional("key_ocid"),
            optional("region"),
            optional("vault_ocid"),
            optional("key_version_ocid"),
            example={
                "kms_arn": "arn:aws:kms:eu-west-1:123456789012:key/1",
                "role_arn": "arn:aws:iam::123456789012:role/openai",
                "external_id": "org_123",
            },
        ),
        delete("admin.organization.external_keys.delete", "/organization/external_keys/{external_key_id}"),
        get(
            "admin.organization.external_keys.list",
            "/organization/external_keys",
            KEY_PURPOSE,
            *PAGE,
            page="CursorPage",
        ),
        get("admin.organization.external_keys.retrieve", "/organization/external_keys/{external_key_id}"),
        post(
            "admin.organization.external_keys.validate",
            "/organization/external_keys/{external_key_id}/validate",
        ),
        post(
            "admin.organization.external_storage.create",
            "/organization/external_storage",
            required("project_id"),
            required(
                "provider",
                Json,
                example={
                    "type": "aws",
                    "bucket": "acme-logs",
                    "role_arn": "arn:aws:iam::123456789012:role/openai",
                },
            ),
        ),
        delete(
            "admin.organization.external_storage.delete",
            "/organization/external_storage/{external_storage_id}",
        ),
        get(
            "admin.organization.external_storage.list",
            "/organization/external_storage",
            optional("project_id"),
            *PAGE,
            page="CursorPage",
        ),
        get(
            "admin.organization.external_storage.retrieve",
            "/organization/external_storage/{external_storage_id}",
        ),
        post(
            "admin.organization.external_storage.validate",
            "/organization/external_storage/{external_storage_id}/validate",
        ),
    ),
)
