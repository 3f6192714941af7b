"""Projects of an organization: keys, limits, spending and settings."""

from typing import Literal

from ..record import AFTER, BEFORE, LIMIT, PAGE, Family, delete, get, optional, post, required
from .fields import CERTIFICATE_IDS, NAME, SPEND_ALERT, SPEND_LIMIT
from .shapes import Enabled

FAMILY = Family(
    "projects",
    icon="🏗",
    admin=True,
    methods=(
        delete(
            "admin.organization.projects.api_keys.delete",
            "/organization/projects/{project_id}/api_keys/{api_key_id}",
        ),
        get(
            "admin.organization.projects.api_keys.list",
            "/organization/projects/{project_id}/api_keys",
            AFTER,
            LIMIT,
            optional("owner_project_access", Literal["active", "inactive", "any"]),
            page="ConversationCursorPage",
        ),
        get(
            "admin.organization.projects.api_keys.retrieve",
            "/organization/projects/{project_id}/api_keys/{api_key_id}",
        ),
        post(
            "admin.organization.projects.api_keys.update",
            "/organization/projects/{project_id}/api_keys/{api_key_id}",
            optional("expires_in_seconds", int),
            optional("scopes", list[str]),
            example={"scopes": ["api.model.request"]},
        ),
        post("admin.organization.projects.archive", "/organization/projects/{project_id}/archive"),
        post(
            "admin.organization.projects.certificates.activate",
            "/organization/projects/{project_id}/certificates/activate",
            CERTIFICATE_IDS,
            page="Page",
        ),
        post(
            "admin.organization.projects.certificates.deactivate",
            "/organization/projects/{project_id}/certificates/deactivate",
            CERTIFICATE_IDS,
            page="Page",
        ),
        get(
            "admin.organization.projects.certificates.list",
            "/organization/projects/{project_id}/certificates",
            *PAGE,
            page="ConversationCursorPage",
        ),
        post(
            "admin.organization.projects.create",
            "/organization/projects",
            NAME,
            optional("external_key_id"),
            optional("geography"),
            optional(
                "residency",
                Literal[
                    "GLOBAL",
                    "US_STORAGE_PROCESSING",
                    "EU_STORAGE_PROCESSING",
                    "JP_STORAGE",
                    "JP_STORAGE_PROCESSING",
                    "KR_STORAGE",
                    "CA_STORAGE",
                    "SG_STORAGE",
                    "IN_STORAGE",
                    "IN_STORAGE_PROCESSING",
                    "AU_STORAGE",
                    "AU_STORAGE_PROCESSING",
                    "GB_STORAGE",
                    "AE_STORAGE",
                    "AE_STORAGE_PROCESSING",
                ],
            ),
        ),
        get(
            "admin.organization.projects.data_retention.retrieve",
            "/organization/projects/{project_id}/data_retention",
        ),
        post(
            "admin.organization.projects.data_retention.update",
            "/organization/projects/{project_id}/data_retention",
            required(
                "retention_type",
                Literal[
                    "organization_default",
                    "none",
                    "zero_data_retention",
                    "modified_abuse_monitoring",
                    "enhanced_zero_data_retention",
                    "enhanced_modified_abuse_monitoring",
                ],
                example="zero_data_retention",
            ),
        ),
        get(
            "admin.organization.projects.hosted_tool_permissions.retrieve",
            "/organization/projects/{project_id}/hosted_tool_permissions",
        ),
        post(
            "admin.organization.projects.hosted_tool_permissions.update",
            "/organization/projects/{project_id}/hosted_tool_permissions",
            optional("code_interpreter", Enabled),
            optional("file_search", Enabled),
            optional("image_generation", Enabled),
            optional("mcp", Enabled),
            optional("web_search", Enabled),
            example={"web_search": {"enabled": False}},
        ),
        get(
            "admin.organization.projects.list",
            "/organization/projects",
            AFTER,
            optional("include_archived", bool),
            LIMIT,
            page="ConversationCursorPage",
        ),
        delete(
            "admin.organization.projects.model_permissions.delete",
            "/organization/projects/{project_id}/model_permissions",
        ),
        get(
            "admin.organization.projects.model_permissions.retrieve",
            "/organization/projects/{project_id}/model_permissions",
        ),
        post(
            "admin.organization.projects.model_permissions.update",
            "/organization/projects/{project_id}/model_permissions",
            required("mode", Literal["allow_list", "deny_list"], example="allow_list"),
            required("model_ids", list[str], example=["gpt-5-mini"]),
        ),
        get(
            "admin.organization.projects.rate_limits.list_rate_limits",
            "/organization/projects/{project_id}/rate_limits",
            AFTER,
            BEFORE,
            LIMIT,
            page="ConversationCursorPage",
        ),
        post(
            "admin.organization.projects.rate_limits.update_rate_limit",
            "/organization/projects/{project_id}/rate_limits/{rate_limit_id}",
            optional("batch_1_day_max_input_tokens", int),
            optional("max_audio_megabytes_per_1_minute", int),
            optional("max_images_per_1_minute", int),
            optional("max_requests_per_1_day", int),
            optional("max_requests_per_1_minute", int),
            optional("max_tokens_per_1_minute", int),
            example={"max_requests_per_1_minute": 500},
        ),
        get("admin.organization.projects.retrieve", "/organization/projects/{project_id}"),
        get(
            "admin.organization.projects.service_tier_settings.retrieve",
            "/organization/projects/{project_id}/service_tier_settings",
        ),
        post(
            "admin.organization.projects.service_tier_settings.update",
            "/organization/projects/{project_id}/service_tier_settings",
            optional("default", Literal["standard", "fast", "scale"]),
            optional("enabled_tiers", Literal["all"] | list[Literal["flex", "fast", "ultrafast"]]),
            example={"default": "standard"},
        ),
        post(
            "admin.organization.projects.spend_alerts.create",
            "/organization/projects/{project_id}/spend_alerts",
            *SPEND_ALERT,
        ),
        delete(
            "admin.organization.projects.spend_alerts.delete",
            "/organization/projects/{project_id}/spend_alerts/{alert_id}",
        ),
        get(
            "admin.organization.projects.spend_alerts.list",
            "/organization/projects/{project_id}/spend_alerts",
            *PAGE,
            BEFORE,
            page="ConversationCursorPage",
        ),
        get(
            "admin.organization.projects.spend_alerts.retrieve",
            "/organization/projects/{project_id}/spend_alerts/{alert_id}",
        ),
        post(
            "admin.organization.projects.spend_alerts.update",
            "/organization/projects/{project_id}/spend_alerts/{alert_id}",
            *SPEND_ALERT,
        ),
        delete(
            "admin.organization.projects.spend_limit.delete",
            "/organization/projects/{project_id}/spend_limit",
        ),
        get(
            "admin.organization.projects.spend_limit.retrieve",
            "/organization/projects/{project_id}/spend_limit",
        ),
        post(
            "admin.organization.projects.spend_limit.update",
            "/organization/projects/{project_id}/spend_limit",
            *SPEND_LIMIT,
        ),
        post(
            "admin.organization.projects.update",
            "/organization/projects/{project_id}",
            optional("external_key_id"),
            optional("geography"),
            optional("name"),
            example={"name": "Website"},
        ),
    ),
)
