"""Where settings come from, and what is said about those that are wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from flowengine.admin.settings import ServerSettings
from flowengine.admin.settings_file import make_settings, read_settings
from flowengine.admin.settings_template import documented_settings, settings_template
from flowengine.admin.users import Users
from flowengine.errors import SettingsError

from .servers import ARGON2


def test_the_command_line_counts_more_than_the_environment_and_that_more_than_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "flowengine.toml").write_text(
        'uiPort = 1\nuiHost = "::1"\nlang = "de"\n[logging]\nlevel = "warn"\nformat = "json"\n'
    )
    env = {
        "FLOWENGINE_UI_PORT": "2",
        "FLOWENGINE_LANG": "fr",
        "FLOWENGINE_LOGGING__LEVEL": "debug",
        "OTHER": "1",
    }
    settings, notes = read_settings(tmp_path, env, {"uiPort": 3, "uiHost": None})
    assert (settings.ui_port, settings.ui_host, settings.lang) == (3, "::1", "fr")
    assert (settings.logging.level, settings.logging.format) == ("debug", "json")
    assert notes == []


def test_values_of_the_environment_are_json_where_they_can_be() -> None:
    env = {
        "FLOWENGINE_ALLOWED_HOSTS": '["a", "b"]',
        "FLOWENGINE_FLOW_FILE": "1",
        "FLOWENGINE_CREDENTIAL_SECRET": "false",
        "FLOWENGINE_NOTHING_OF_OURS": "1",
    }
    settings, _ = read_settings(Path("/nowhere"), env)
    assert (settings.allowed_hosts, settings.flow_file, settings.credential_secret) == (
        ["a", "b"],
        "1",
        False,
    )


def test_a_secret_of_digits_is_a_text() -> None:
    settings, _ = read_settings(Path("/nowhere"), {"FLOWENGINE_CREDENTIAL_SECRET": "123456"})
    assert settings.credential_secret == "123456"


def test_a_variable_that_names_no_setting_is_noted() -> None:
    env = {
        "FLOWENGINE_UI_PRT": "1",
        "FLOWENGINE_USER_DIR": "/x",
        "FLOWENGINE_ZZZ": "1",
        "FLOWENGINE_LANG": "de",
    }
    assert read_settings(None, env)[1] == [
        "the variable FLOWENGINE_UI_PRT names no setting; did you mean FLOWENGINE_UI_PORT?",
        "the variable FLOWENGINE_ZZZ names no setting",
    ]


def test_a_slip_of_the_pen_is_noted(tmp_path: Path) -> None:
    (tmp_path / "flowengine.toml").write_text("uiport = 1\nui_port = 2\nacmeKey = 3\n[contextStore]\n")
    settings, notes = read_settings(tmp_path, {})
    assert (settings.ui_port, settings.other("acmeKey")) == (2, 3)
    assert notes == [
        "the setting acmeKey is none of flowengine's, and left to node packages",
        "the setting contextStore is none of flowengine's; did you mean contextStorage?",
        "the setting uiport is none of flowengine's; did you mean uiPort?",
    ]


def test_settings_that_nodes_read_take_node_reds_default_for_zero() -> None:
    names = ("socketReconnectTime", "mqttReconnectTime", "tcpMsgQueueSize", "execMaxBufferSize")
    zero = make_settings(dict.fromkeys(names, 0))
    assert zero == make_settings({})
    assert zero.mqtt_reconnect_time == 5000
    assert make_settings({"mqttReconnectTime": 15000}).mqtt_reconnect_time == 15000


def test_every_setting_of_the_environment_is_read_by_its_name() -> None:
    env = {
        "FLOWENGINE_HTTP_NODE_MAX_BODY": "1gb",
        "FLOWENGINE_API_MAX_LENGTH": "1000",
        "FLOWENGINE_SOCKET_TIMEOUT": "60000",
        "FLOWENGINE_FUNCTION_ENGINE": "v8",
        "FLOWENGINE_GLOBAL_FUNCTION_TIMEOUT": "1.5",
    }
    settings, _ = read_settings(Path("/nowhere"), env)
    assert (settings.http_node_max_body, settings.api_max_length) == ("1gb", 1000)
    assert (settings.socket_timeout, settings.function_engine) == (60_000, "v8")
    assert settings.global_function_timeout == 1.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("uiPort = ", "flowengine.toml"),
        ('uiPort = "many"', "uiPort"),
        ('[logging]\nlevel = "loud"', "logging.level"),
        ('[adminAuth]\ntype = "strategy"', "adminAuth.type"),
        ("[adminAuth]\nuser = 1", "adminAuth.user"),
        ("stopTimeout = -1", "stopTimeout"),
        ('apiMaxLength = "much"', "apiMaxLength"),
        ('httpNodeMaxBody = "5 tons"', "httpNodeMaxBody"),
        ('functionEngine = "spidermonkey"', "functionEngine"),
        ('[logging]\nnodes = { debug = "loud" }', "logging.nodes.debug"),
        (
            '[[adminAuth.users]]\nusername = "a"\npassword = "plain"',
            "password: this is no hash of a password",
        ),
        ('httpNodeAuth = { user = "a", pass = "plain" }', "httpNodeAuth.pass: this is no hash"),
    ],
)
def test_a_wrong_setting_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "flowengine.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_settings(tmp_path, {})


def test_a_wrong_setting_does_not_show_its_value() -> None:
    with pytest.raises(SettingsError) as refused:
        make_settings({"adminAuth": {"users": [{"username": "a", "password": [ARGON2]}]}})
    assert ARGON2 not in str(refused.value)


def test_every_setting_is_documented() -> None:
    texts = dict(documented_settings())
    assert set(texts) == set(ServerSettings.model_fields)
    assert [name for name, text in texts.items() if not text] == []


def test_the_template_is_what_it_says(tmp_path: Path) -> None:
    template = settings_template()
    assert tomllib.loads(template) == {}
    settings = [entry.splitlines()[-1].removeprefix("# ") for entry in template.split("\n\n")[1:]]
    assert len(settings) == len(ServerSettings.model_fields)
    for setting in settings:
        if not setting.endswith(" is not set"):
            assert make_settings(tomllib.loads(setting)) == make_settings({}), setting


def test_one_root_for_both(tmp_path: Path) -> None:
    settings = make_settings({"httpRoot": "/x/"})
    assert (settings.admin_root, settings.http_node_root) == ("/x", "/x/")
    assert make_settings({"httpAdminRoot": False}).admin_root == ""


SETTINGS_JS = """
// a comment with "quotes" and { brackets
const os = require("os");
module.exports = {
    flowFile: 'flows_pi.json', /* the file */
    credentialSecret: process.env.SECRET || "fallback",
    uiPort: process.env.PORT || 1881,
    "uiHost": "0.0.0.0",
    httpAdminRoot: '/red',
    apiMaxLength: "10" + "mb",
    adminAuth: {
        type: "credentials",
        users: [{ username: "admin", password: "$2b$08$abc\\u0041", permissions: "*" }],
        default: { permissions: "read" },
    },
    https: function() { return { key: require("fs").readFileSync('}'), } },
    contextStorage: { default: { module: "localfilesystem", config: { flushInterval: 5 } } },
    functionGlobalContext: { os: os, answer: 42, nested: [1, -2.5, 0x10, true, null], },
    logging: { console: { level: "debug", metrics: false, audit: true } },
    editorTheme: { projects: { enabled: false } },
    httpNodeMiddleware: (req, res, next) => { next(); },
    template: `plain`,
}
"""


def test_settings_of_node_red_are_read_as_far_as_they_are_literal(tmp_path: Path) -> None:
    (tmp_path / "settings.js").write_text(SETTINGS_JS)
    settings, notes = read_settings(tmp_path, {"PORT": "1999"})
    assert (settings.flow_file, settings.ui_port, settings.ui_host) == ("flows_pi.json", 1999, "0.0.0.0")
    assert settings.credential_secret == "fallback"
    assert settings.admin_root == "/red"
    assert settings.admin_auth is not None
    assert settings.admin_auth.users[0].password == "$2b$08$abcA"
    assert settings.context_storage["default"]["config"]["flushInterval"] == 5
    assert settings.function_global_context == {"answer": 42, "nested": [1, -2.5, 16, True, None]}
    assert (settings.logging.level, settings.logging.audit) == ("debug", True)
    assert settings.https is None
    assert {note.split()[1] for note in notes} == {
        "apiMaxLength",
        "https",
        "functionGlobalContext.os",
        "httpNodeMiddleware",
        "setting",
    }
    assert "the setting template is none of flowengine's, and left to node packages" in notes


def test_what_cannot_be_read_of_node_reds_users_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "settings.js").write_text(
        "module.exports = { adminAuth: require('./auth'), uiHost: '0.0.0.0' }"
    )
    settings, notes = read_settings(tmp_path, {})
    assert Users(settings.admin_auth, tmp_path).required
    assert notes == [
        "settings.js: adminAuth has to be run to be known, and is left out",
        "nobody can log in until there are users: flowengine users add NAME",
    ]
    for name in ("httpNodeAuth", "httpStaticAuth"):
        (tmp_path / "settings.js").write_text(f"module.exports = {{ {name}: require('./auth') }}")
        with pytest.raises(SettingsError, match=f"{name} has to be run to be known"):
            read_settings(tmp_path, {})


def test_what_is_undefined_is_not_set(tmp_path: Path) -> None:
    text = "module.exports = { apiMaxLength: process.env.NONE, adminAuth: { tokens: undefined, users: [] } }"
    (tmp_path / "settings.js").write_text(text)
    settings, notes = read_settings(tmp_path, {})
    assert (settings.api_max_length, notes) == ("5mb", [])
    assert settings.admin_auth is not None


def test_settings_of_node_red_give_way_to_our_own(tmp_path: Path) -> None:
    (tmp_path / "settings.js").write_text(SETTINGS_JS)
    (tmp_path / "flowengine.toml").write_text("")
    settings, notes = read_settings(tmp_path, {})
    assert settings.ui_port == 1880
    assert notes == ["settings.js is not read, because flowengine.toml is there"]


@pytest.mark.parametrize("text", ["", "exports.a = 1", "module.exports = {", "module.exports = { a: "])
def test_what_are_no_settings_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.js").write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.js"):
        read_settings(tmp_path, {})
