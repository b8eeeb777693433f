"""Chinese, as spoken in Mandarin and written in simplified characters."""

# ruff: noqa: RUF001 - the punctuation of Chinese

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.language import LARGEST, Spoken, digits, lettered, numbered

if TYPE_CHECKING:
    from datetime import date, time

_ONES: Final = "零一二三四五六七八九"
_BELOW_100: Final = [
    *_ONES,
    *("十" + (one if at else "") for at, one in enumerate(_ONES)),
    *(ten + "十" + (one if at else "") for ten in _ONES[2:] for at, one in enumerate(_ONES)),
]
_WEEKDAYS: Final = [f"星期{day}" for day in "一二三四五六日"]

_COUNTED: Final = {
    "new-message.other": "条新留言",
    "saved-message.other": "条已保存的留言",
    "participant.other": "位与会者",
    "caller.other": "位来电者",
    "minute.other": "分钟",
    "second.other": "秒",
}

_SENTENCES: Final = {
    "goodbye": "再见。",
    "please-hold": "请稍候。",
    "one-moment": "请稍等。",
    "thank-you": "谢谢。",
    "and": "和",
    "extension": "分机",
    "invalid": "您的选择无效。",
    "try-again": "请再试一次。",
    "too-many-tries": "尝试次数过多。",
    "enter-number": "请输入号码，按井号键结束。",
    "enter-pin": "请输入密码，按井号键结束。",
    "wrong-pin": "密码不正确。",
    "activated": "已启用。",
    "deactivated": "已停用。",
    "saved": "已保存。",
    "not-in-service": "您拨打的号码是空号。",
    "unavailable": "您拨打的用户暂时无法接通。",
    "busy": "您拨打的用户正在通话中。",
    "no-answer": "无人接听。",
    "circuits-busy": "线路繁忙，请稍后再拨。",
    "not-permitted": "您没有权限拨打该号码。",
    "cannot-complete": "您的呼叫无法接通。",
    "may-be-recorded": "本次通话可能会被录音。",
    "recording-on": "录音开始。",
    "recording-off": "录音结束。",
    "transfer-number": "请输入分机号码。",
    "transferring": "正在为您转接。",
    "reconnecting": "无人接听，正在为您恢复通话。",
    "parked-at": "通话已停泊在",
    "parking-empty": "该位置没有停泊的通话。",
    "parking-full": "没有空闲的停泊位。",
    "nothing-to-pick-up": "没有可代接的来电。",
    "do-not-disturb-on": "免打扰已启用。",
    "do-not-disturb-off": "免打扰已停用。",
    "forwarding-on": "来电将转移到",
    "forwarding-off": "呼叫转移已停用。",
    "call-waiting-on": "呼叫等待已启用。",
    "call-waiting-off": "呼叫等待已停用。",
    "completion-requested": "线路空闲时将为您回拨。",
    "completion-cancelled": "回拨已取消。",
    "not-possible": "无法完成此操作。",
    "blacklisted": "该号码已加入黑名单：",
    "no-recent-call": "没有最近的来电。",
    "interrupted": "本次通话因优先呼叫而中断。",
    "recording-notice": "本次通话可能会被录音。",
    "supervision-consent": "主管希望收听本次通话。如果同意，请按一。",
    "call-from": "您有来电，号码是",
    "call-accept": "接听请按1，拒接请按2。",
    "mini-bar-maid": "请输入您的工号，按井号键结束。",
    "mini-bar-goods": "请输入商品编号，按井号键结束。",
    "mini-bar-count": "请输入消费数量，按井号键结束。",
    "mini-bar-noted": "已记录。",
    "room-status": "请输入房间的新状态。",
    "wake-up-room": "请输入房间号码，按井号键结束。",
    "wake-up-time": "请输入四位数字的时间。",
    "wake-up-set": "叫醒时间为",
    "wake-up": "您好，这是您的叫醒电话。",
    "chat-waiting": "有访客正在在线聊天中等候。",
    "chat-accept": "接受聊天，请按一。",
    "your-extension": "您的分机号码是",
    "message-from": "来自分机的通知",
    "callback": "这是您要求的回拨。",
    "echo-intro": "您将听到自己所说的话。结束测试请按井号键或挂机。",
    "echo-done": "回声测试结束。",
    "vm-person-at": "分机用户",
    "vm-is-unavailable": "无法接听您的电话。",
    "vm-is-busy": "正在通话中。",
    "vm-leave": "请在提示音后留言，结束后请挂机或按井号键。",
    "vm-too-short": "您的留言太短。",
    "vm-saved": "您的留言已保存。",
    "vm-full": "该信箱已满。",
    "vm-review": "发送留言请按1，收听请按2，重新录制请按3，标为紧急请按4。",
    "vm-mailbox": "请输入信箱号码，按井号键结束。",
    "vm-you-have": "您有",
    "vm-no-messages": "您没有留言。",
    "vm-menu": "收听新留言请按1，其他文件夹请按2，设置问候语和密码请按0。",
    "vm-folders": "新留言请按0，旧留言请按1，工作请按2，家庭请按3，朋友请按4。",
    "vm-message-menu": "回拨请按3，上一条请按4，重听请按5，下一条请按6，删除请按7，"
    "转发请按8，保存请按9。",
    "vm-options": "无人接听问候语请按1，忙线问候语请按2，您的姓名请按3，临时问候语请按4，"
    "更改密码请按5，返回请按星号键。",
    "vm-new-pin": "请输入新密码，按井号键结束。",
    "vm-pin-again": "请再输入一次。",
    "vm-greeting-menu": "录制问候语请按1，收听请按2，使用标准问候语请按3，返回请按星号键。",
    "vm-record-greeting": "请在提示音后录制问候语，结束后请按井号键。",
    "vm-message": "留言",
    "vm-received": "收到时间",
    "vm-from": "来自",
    "vm-unknown-caller": "未知来电者",
    "vm-deleted": "留言已删除。",
    "vm-no-more": "没有更多留言。",
    "ivr-welcome": "欢迎致电。",
    "ivr-dial": "请拨您要找的人的分机号码。",
    "ivr-no-choice": "我们没有收到您的选择。",
    "ivr-directory": "请输入姓名的前三个字母。",
    "ivr-no-match": "没有找到该姓名。",
    "ivr-press-1": "如果是您要找的人请按1，否则请按星号键。",
    "conf-number": "请输入会议号码，按井号键结束。",
    "conf-first": "您是第一位与会者。",
    "conf-joining": "您正在加入会议。",
    "conf-wait-host": "主持人到达后会议即开始。",
    "conf-joined": "加入了会议。",
    "conf-left": "离开了会议。",
    "conf-there-are": "会议中有",
    "conf-locked": "会议已锁定。",
    "conf-unlocked": "会议已解锁。",
    "conf-full": "会议人数已满。",
    "conf-ended": "会议已结束。",
    "conf-muted": "您已静音。",
    "conf-unmuted": "您已取消静音。",
    "conf-removed": "您将被移出会议。",
    "conf-alone": "会议中只有您一人，继续等待请按任意键。",
    "conf-menu": "静音或取消静音请按1，收听人数请按2，调低或调高收听音量请按4或6，"
    "调低或调高您的声音请按7或9，离开请按8。",
    "conf-invite-menu": "征得同意后邀请他人请按0，直接邀请他人请按1，连接另一个会议请按2，"
    "断开所有已连接的会议请按3，调低或调高收听音量请按4或6，调低或调高您的声音请按7或9，离开请按8，更多选项请按井号键。",
    "conf-more": "静音或取消静音请按1，收听人数请按4。",
    "conf-host-more": "锁定或解锁会议请按2，移出最后一位与会者请按3。",
    "conf-linked": "会议现已连接。",
    "conf-unlinked": "已连接的会议现已断开。",
    "conf-invited": "邀请您参加会议的分机是",
    "conf-accept": "加入请按1。",
    "conf-say-name": "请在提示音后说出您的姓名。",
    "record-prompt": "请在提示音后讲话，结束后请按任意键。",
    "queue-busy": "所有坐席均忙，请稍候。",
    "queue-you-are": "您是第",
    "queue-in-line": "位。",
    "queue-at-least": "排在您前面的至少有",
    "queue-wait": "预计等待时间为",
    "queue-thanks": "感谢您的等待。",
    "queue-full": "等待人数过多，请稍后再拨。",
    "queue-no-agents": "目前无人接听您的电话。",
    "queue-callback": "如需挂机、保留排队位置并等待回拨，请按 1。如需回拨其他号码，请按 2。",
    "queue-callback-set": "我们会给您回拨，再见。",
    "queue-callback-agent": "正在回拨来电者，请稍候。",
    "queue-break": "您的休息开始。",
    "queue-break-over": "您的休息结束。",
    "queue-survey": "您对本次通话满意吗？请按 1 到 5 评分，1 为很不满意，5 为非常满意。",
    "signed-in": "您已签入。",
    "signed-out": "您已签出。",
    "today": "今天",
    "yesterday": "昨天",
    "two": "两",
    "morning": "上午",
    "afternoon": "下午",
    "sharp": "整",
    "minutes": "分",
    "zero": "零",
    "hundred": "百",
    "thousand": "千",
    "ten-thousand": "万",
    "hundred-million": "亿",
    "star": "星号",
    "hash": "井号",
    "plus": "加号",
}


class Chinese:
    """Numbers go by ten thousands; a zero stands for places left out; two is `两` when counting."""

    code: Final = "zh"
    voice: Final = "cmn-latn-pinyin"
    texts: Final = {
        **_SENTENCES,
        **_COUNTED,
        **numbered("number", _BELOW_100),
        **{f"number-{at}-inside": f"一{_BELOW_100[at]}" for at in range(10, 20)},
        **numbered("digit", f"零幺{_ONES[2:]}"),
        **numbered("day", [f"{each}日" for each in _BELOW_100[1:32]], 1),
        **numbered("month", [f"{each}月" for each in _BELOW_100[1:13]], 1),
        **numbered("hour", [f"{'两' if at == 2 else _BELOW_100[at]}点" for at in range(1, 13)], 1),
        **numbered("weekday", _WEEKDAYS),
        **lettered("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"),
    }

    def number(self, number: int) -> Spoken:
        if number > LARGEST:
            return digits(str(number))
        if number < 100:
            return (f"number-{number}",)
        said: list[str] = []
        for name, size in (("hundred-million", 10**8), ("ten-thousand", 10**4), ("", 1)):
            group, number = divmod(number, size)
            if group:
                said += self._group(group, first=not said)
                said += [name] if name else []
        return tuple(said)

    def _group(self, group: int, *, first: bool) -> Spoken:
        """Four places; what is left out between two that are not is one zero."""
        thousands, hundreds, rest = group // 1000, group // 100 % 10, group % 100
        said: list[str] = []
        skipped = not first and not thousands
        if thousands:
            said += [f"number-{thousands}", "thousand"]
        if hundreds:
            said += [*(("zero",) if skipped else ()), f"number-{hundreds}", "hundred"]
            skipped = False
        elif said:
            skipped = True
        if rest:
            skipped = skipped or (bool(said) and rest < 10)
            inside = 10 <= rest < 20 and (said or not first)
            said += ["zero"] if skipped else []
            said.append(f"number-{rest}-inside" if inside else f"number-{rest}")
        return tuple(said)

    def counted(self, number: int, noun: str) -> Spoken:
        count = ("two",) if number == 2 else self.number(number)
        return (*count, f"{noun}.other")

    def date(self, day: date) -> Spoken:
        return (f"month-{day.month}", f"day-{day.day}", f"weekday-{day.weekday()}")

    def time(self, moment: time) -> Spoken:
        half = "afternoon" if moment.hour >= 12 else "morning"
        said = [half, f"hour-{moment.hour % 12 or 12}"]
        if not moment.minute:
            return (*said, "sharp")
        between = ["zero"] if moment.minute < 10 else []
        return (*said, *between, f"number-{moment.minute}", "minutes")
