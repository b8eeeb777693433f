"""Wave and a desk phone see each other in H.264."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.wave.test_wave_call_continuity import camera, is_shown, picture
from tests.support.baresip import Baresip
from tests.support.softphone import Softphone
from tests.support.tone import says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import NewContext
    from tests.support.server import Server

CAMERA = (
    "module avcodec.so\nmodule fakevideo.so\n"
    "video_source fakevideo,nil\nvideo_display fakevideo,nil\n"
)


def test_wave_and_a_desk_phone_see_each_other(
    server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    """The camera is switched on in the call; the phone has no other codec that Chromium knows."""
    ana = Softphone(new_context, server.url, "1000", 440)
    ana.page.evaluate(camera("crimson"))
    folder = tmp_path / "1002"
    account, config = ";answermode=auto;audio_codecs=pcmu", CAMERA + says(folder, 1000)
    with Baresip(folder, server, "1002", "udp", account=account, config=config) as phone:
        phone.shows("registered successfully")
        ana.call("1002")
        ana.is_connected("Chen Li")
        ana.hears(1000)
        ana.press("Camera")
        phone.shows("receiving with resolution")
        is_shown(picture(ana, "Picture of Chen Li"))
        ana.hears(1000)
        ana.press("Hang up")
