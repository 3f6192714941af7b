"""Live sessions: calls with a media session."""

from ..realtime import connect
from ..record import Family, get, optional, post, required, websocket
from .fields import BINARY, SOCKET, TARGET_URI
from .shapes import Json, WebRtcOffer

SESSION = required("session", Json, example={"model": "gpt-live-1", "type": "live"})
TRANSPORT = required(
    "transport", WebRtcOffer, example={"type": "webrtc", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\n"}
)

FAMILY = Family(
    "live",
    icon="📞",
    methods=(
        websocket("live.connect", "/live/sessions", *SOCKET, run=connect),
        post("live.create", "/live/sessions", SESSION, TRANSPORT),
        websocket("live.forks.connect", "/live/sessions/{session_id}/fork", *SOCKET, run=connect),
        post("live.sessions.accept", "/live/sessions/{session_id}/accept", SESSION, answer="none"),
        get(
            "live.sessions.download_recording",
            "/live/sessions/{session_id}/content",
            answer="bytes",
            headers=BINARY,
        ),
        post("live.sessions.fork", "/live/sessions/{session_id}/fork", TRANSPORT, optional("session", Json)),
        post("live.sessions.hangup", "/live/sessions/{session_id}/hangup", answer="none"),
        post("live.sessions.refer", "/live/sessions/{session_id}/refer", TARGET_URI, answer="none"),
        post(
            "live.sessions.reject",
            "/live/sessions/{session_id}/reject",
            required("status_code", int, example=486),
            answer="none",
        ),
        websocket(
            "live.sideband.connect",
            "/live/sessions/{session_id}/attach",
            optional("graceful_close", bool),
            *SOCKET,
            run=connect,
        ),
    ),
)
