"""People of a project: users, groups, roles, service accounts."""

from typing import Literal

from ..record import AFTER, LIMIT, PAGE, Family, delete, get, optional, post, required
from .fields import NAME, PERMISSIONS, ROLE_NAME

FAMILY = Family(
    "project-people",
    icon="👥",
    admin=True,
    methods=(
        post(
            "admin.organization.projects.groups.create",
            "/organization/projects/{project_id}/groups",
            required("group_id"),
            required("role", example="member"),
        ),
        delete(
            "admin.organization.projects.groups.delete",
            "/organization/projects/{project_id}/groups/{group_id}",
        ),
        get(
            "admin.organization.projects.groups.list",
            "/organization/projects/{project_id}/groups",
            *PAGE,
            page="NextCursorPage",
        ),
        get(
            "admin.organization.projects.groups.retrieve",
            "/organization/projects/{project_id}/groups/{group_id}",
            optional("group_type", Literal["group", "tenant_group"]),
        ),
        post(
            "admin.organization.projects.groups.roles.create",
            "/projects/{project_id}/groups/{group_id}/roles",
            required("role_id"),
        ),
        delete(
            "admin.organization.projects.groups.roles.delete",
            "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
        ),
        get(
            "admin.organization.projects.groups.roles.list",
            "/projects/{project_id}/groups/{group_id}/roles",
            *PAGE,
            page="NextCursorPage",
        ),
        get(
            "admin.organization.projects.groups.roles.retrieve",
            "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
        ),
        post(
            "admin.organization.projects.roles.create",
            "/projects/{project_id}/roles",
            PERMISSIONS,
            ROLE_NAME,
            optional("description"),
        ),
        delete("admin.organization.projects.roles.delete", "/projects/{project_id}/roles/{role_id}"),
        get(
            "admin.organization.projects.roles.list",
            "/projects/{project_id}/roles",
            *PAGE,
            page="NextCursorPage",
        ),
        get("admin.organization.projects.roles.retrieve", "/projects/{project_id}/roles/{role_id}"),
        post(
            "admin.organization.projects.roles.update",
            "/projects/{project_id}/roles/{role_id}",
            optional("description"),
            optional("permissions", list[str]),
            optional("role_name"),
            example={"description": "May read and comment"},
        ),
        post(
            "admin.organization.projects.service_accounts.api_keys.create",
            "/organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys",
            optional("expires_in_seconds", int),
            optional("name"),
            optional("scopes", list[str]),
            example={"name": "Deploy key"},
        ),
        post(
            "admin.organization.projects.service_accounts.create",
            "/organization/projects/{project_id}/service_accounts",
            NAME,
            optional("create_service_account_only", bool),
            optional("expires_in_seconds", int),
        ),
        delete(
            "admin.organization.projects.service_accounts.delete",
            "/organization/projects/{project_id}/service_accounts/{service_account_id}",
        ),
        get(
            "admin.organization.projects.service_accounts.list",
            "/organization/projects/{project_id}/service_accounts",
            AFTER,
            LIMIT,
            page="ConversationCursorPage",
        ),
        get(
            "admin.organization.projects.service_accounts.retrieve",
            "/organization/projects/{project_id}/service_accounts/{service_account_id}",
        ),
        post(
            "admin.organization.projects.service_accounts.update",
            "/organization/projects/{project_id}/service_accounts/{service_account_id}",
            optional("name"),
            optional("role", Literal["member", "owner"]),
            example={"name": "Deploy"},
        ),
        post(
            "admin.organization.projects.users.create",
            "/organization/projects/{project_id}/users",
            required("role", example="member"),
            optional("email"),
            optional("user_id"),
            example={"user_id": "user_123"},
        ),
        delete(
            "admin.organization.projects.users.delete", "/organization/projects/{project_id}/users/{user_id}"
        ),
        get(
            "admin.organization.projects.users.list",
            "/organization/projects/{project_id}/users",
            AFTER,
            LIMIT,
            page="ConversationCursorPage",
        ),
        get(
            "admin.organization.projects.users.retrieve",
            "/organization/projects/{project_id}/users/{user_id}",
        ),
        post(
            "admin.organization.projects.users.roles.create",
            "/projects/{project_id}/users/{user_id}/roles",
            required("role_id"),
        ),
        delete(
            "admin.organization.projects.users.roles.delete",
            "/projects/{project_id}/users/{user_id}/roles/{role_id}",
        ),
        get(
            "admin.organization.projects.users.roles.list",
            "/projects/{project_id}/users/{user_id}/roles",
            *PAGE,
            page="NextCursorPage",
        ),
        get(
            "admin.organization.projects.users.roles.retrieve",
            "/projects/{project_id}/users/{user_id}/roles/{role_id}",
        ),
        post(
            "admin.organization.projects.users.update",
            "/organization/projects/{project_id}/users/{user_id}",
            optional("role"),
            example={"role": "owner"},
        ),
    ),
)
