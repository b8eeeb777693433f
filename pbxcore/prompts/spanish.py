"""Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.language import LARGEST, Spoken, digits, lettered, numbered, words

if TYPE_CHECKING:
    from datetime import date, time

_BELOW_30: Final = words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
    "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_TENS: Final = words("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_BELOW_100: Final = _BELOW_30 + [
    f"{ten} y {one}" if at else ten for ten in _TENS for at, one in enumerate(_BELOW_30[:10])
]
_HUNDREDS: Final = words(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos "
    "ochocientos novecientos"
)
_MONTHS: Final = words(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_WEEKDAYS: Final = words("lunes martes miércoles jueves viernes sábado domingo")
_SHORTENED: Final = {
    f"number-{at}-before": "veintiún" if at == 21 else word.removesuffix("o")
    for at, word in enumerate(_BELOW_100)
    if word.endswith("uno")
}
"""`un mensaje`, `treinta y un mensajes`: what ends in `uno` before a noun."""

_COUNTED: Final = {
    "new-message.one": "un mensaje nuevo",
    "new-message.other": "mensajes nuevos",
    "saved-message.one": "un mensaje guardado",
    "saved-message.other": "mensajes guardados",
    "participant.one": "un participante",
    "participant.other": "participantes",
    "caller.one": "un llamante",
    "caller.other": "llamantes",
    "minute.one": "un minuto",
    "minute.other": "minutos",
    "second.one": "un segundo",
    "second.other": "segundos",
}

_SENTENCES: Final = {
    "goodbye": "Adiós.",
    "please-hold": "Espere, por favor.",
    "one-moment": "Un momento, por favor.",
    "thank-you": "Gracias.",
    "and": "y",
    "extension": "extensión",
    "invalid": "Esa opción no es válida.",
    "try-again": "Inténtelo de nuevo, por favor.",
    "too-many-tries": "Demasiados intentos.",
    "enter-number": "Marque el número, seguido de la tecla almohadilla.",
    "enter-pin": "Marque su PIN, seguido de la tecla almohadilla.",
    "wrong-pin": "El PIN no es correcto.",
    "activated": "Activado.",
    "deactivated": "Desactivado.",
    "saved": "Guardado.",
    "not-in-service": "El número marcado no existe.",
    "unavailable": "La persona a la que llama no está disponible.",
    "busy": "La persona a la que llama está ocupada.",
    "no-answer": "No contesta.",
    "circuits-busy": "Todas las líneas están ocupadas. Inténtelo más tarde.",
    "not-permitted": "No tiene permiso para hacer esta llamada.",
    "cannot-complete": "Su llamada no puede completarse.",
    "may-be-recorded": "Esta llamada puede ser grabada.",
    "recording-on": "Comienza la grabación.",
    "recording-off": "La grabación ha terminado.",
    "transfer-number": "Marque la extensión.",
    "transferring": "Su llamada está siendo transferida.",
    "reconnecting": "No contesta. Vuelve a su llamada.",
    "parked-at": "La llamada está aparcada en",
    "parking-empty": "Ahí no hay ninguna llamada aparcada.",
    "parking-full": "No hay ningún lugar libre para aparcar.",
    "nothing-to-pick-up": "No hay ninguna llamada que capturar.",
    "do-not-disturb-on": "No molestar está activado.",
    "do-not-disturb-off": "No molestar está desactivado.",
    "forwarding-on": "Las llamadas se desvían a",
    "forwarding-off": "El desvío de llamadas está desactivado.",
    "call-waiting-on": "La llamada en espera está activada.",
    "call-waiting-off": "La llamada en espera está desactivada.",
    "completion-requested": "Le llamaremos en cuanto la línea quede libre.",
    "completion-cancelled": "La devolución de llamada se ha cancelado.",
    "not-possible": "No es posible.",
    "blacklisted": "Este número se ha bloqueado:",
    "no-recent-call": "No hay ninguna llamada reciente.",
    "interrupted": "Esta llamada se interrumpe por una llamada urgente.",
    "recording-notice": "Esta llamada puede ser grabada.",
    "supervision-consent": "Un supervisor quiere escuchar esta llamada. Para permitirlo, pulse 1.",
    "call-from": "Tiene una llamada de",
    "call-accept": "Para aceptar la llamada, pulse 1. Para rechazarla, pulse 2.",
    "mini-bar-maid": "Marque su código, seguido de la tecla almohadilla.",
    "mini-bar-goods": "Marque el número del artículo, seguido de la tecla almohadilla.",
    "mini-bar-count": "¿Cuántos se han tomado? Marque el número, seguido de la tecla almohadilla.",
    "mini-bar-noted": "Anotado.",
    "room-status": "Marque el nuevo estado de la habitación.",
    "wake-up-room": "Marque la habitación, seguida de la tecla almohadilla.",
    "wake-up-time": "Marque la hora con cuatro cifras.",
    "wake-up-set": "Le despertaremos",
    "wake-up": "Buenos días. Esta es su llamada de despertador.",
    "chat-waiting": "Un visitante espera en el chat en vivo.",
    "chat-accept": "Para atender el chat, pulse 1.",
    "your-extension": "Su extensión es",
    "message-from": "Un mensaje de la extensión",
    "callback": "Esta es la llamada que había pedido.",
    "echo-intro": "Oirá todo lo que diga. Para terminar, pulse almohadilla o cuelgue.",
    "echo-done": "La prueba de eco ha terminado.",
    "vm-person-at": "La persona de la extensión",
    "vm-is-unavailable": "no está disponible.",
    "vm-is-busy": "está en otra llamada.",
    "vm-leave": "Deje su mensaje después de la señal. Al terminar, cuelgue o pulse almohadilla.",
    "vm-too-short": "Su mensaje es demasiado corto.",
    "vm-saved": "Su mensaje se ha guardado.",
    "vm-full": "Este buzón está lleno.",
    "vm-review": "Para enviar el mensaje, pulse 1. Para escucharlo, pulse 2. "
    "Para grabarlo de nuevo, pulse 3. Para marcarlo como urgente, pulse 4.",
    "vm-mailbox": "Marque el número de su buzón, seguido de la tecla almohadilla.",
    "vm-you-have": "Tiene",
    "vm-no-messages": "No tiene mensajes.",
    "vm-menu": "Para mensajes nuevos, pulse 1. Para otras carpetas, pulse 2. "
    "Para los saludos y su PIN, pulse 0.",
    "vm-folders": "Para mensajes nuevos, pulse 0. Para mensajes antiguos, pulse 1. "
    "Para trabajo, pulse 2. Para familia, pulse 3. Para amigos, pulse 4.",
    "vm-message-menu": "Para devolver la llamada, pulse 3. Para el mensaje anterior, pulse 4. "
    "Para escucharlo otra vez, pulse 5. Para el siguiente, pulse 6. Para borrarlo, pulse 7. "
    "Para reenviarlo, pulse 8. Para guardarlo, pulse 9.",
    "vm-options": "Para su saludo cuando no está, pulse 1. Cuando está hablando, pulse 2. "
    "Para su nombre, pulse 3. Para un saludo temporal, pulse 4. Para un PIN nuevo, pulse 5. "
    "Para volver, pulse asterisco.",
    "vm-new-pin": "Marque el PIN nuevo, seguido de la tecla almohadilla.",
    "vm-pin-again": "Márquelo otra vez.",
    "vm-greeting-menu": "Para grabar su saludo, pulse 1. Para escucharlo, pulse 2. "
    "Para usar el saludo normal, pulse 3. Para volver, pulse asterisco.",
    "vm-record-greeting": "Grabe su saludo después de la señal. Luego pulse almohadilla.",
    "vm-message": "Mensaje",
    "vm-received": "recibido",
    "vm-from": "de",
    "vm-unknown-caller": "un número desconocido",
    "vm-deleted": "Mensaje borrado.",
    "vm-no-more": "No hay más mensajes.",
    "ivr-welcome": "Bienvenido.",
    "ivr-dial": "Marque la extensión de la persona con la que desea hablar.",
    "ivr-no-choice": "No hemos recibido ninguna opción.",
    "ivr-directory": "Marque las tres primeras letras del nombre.",
    "ivr-no-match": "No se ha encontrado a nadie con ese nombre.",
    "ivr-press-1": "Si es la persona que busca, pulse 1. Si no, pulse asterisco.",
    "conf-number": "Marque el número de la conferencia, seguido de la tecla almohadilla.",
    "conf-first": "Usted es el primer participante.",
    "conf-joining": "Entra ahora en la conferencia.",
    "conf-wait-host": "La conferencia empezará cuando llegue el anfitrión.",
    "conf-joined": "ha entrado en la conferencia.",
    "conf-left": "ha salido de la conferencia.",
    "conf-there-are": "En la conferencia:",
    "conf-locked": "La conferencia está cerrada.",
    "conf-unlocked": "La conferencia está abierta.",
    "conf-full": "La conferencia está llena.",
    "conf-ended": "La conferencia ha terminado.",
    "conf-muted": "Su micrófono está apagado.",
    "conf-unmuted": "Su micrófono está encendido.",
    "conf-removed": "Se le retira de la conferencia.",
    "conf-alone": "Está solo en la conferencia. Para quedarse, pulse cualquier tecla.",
    "conf-menu": "Para apagar o encender su micrófono, pulse 1. Para oír el número de "
    "participantes, pulse 2. Para oír a los demás más bajo o más alto, pulse 4 o 6. "
    "Para que le oigan más bajo o más alto, pulse 7 o 9. Para salir, pulse 8.",
    "conf-invite-menu": "Para invitar a alguien que decida si entra, pulse 0. Para que alguien "
    "entre sin preguntarle, pulse 1. Para enlazar otra conferencia, pulse 2. Para separar todas "
    "las conferencias enlazadas, pulse 3. Para oír a los demás más bajo o más alto, pulse 4 o 6. "
    "Para que le oigan más bajo o más alto, pulse 7 o 9. Para salir, pulse 8. Para más opciones, "
    "pulse la tecla almohadilla.",
    "conf-more": "Para apagar o encender su micrófono, pulse 1. Para oír el número de "
    "participantes, pulse 4.",
    "conf-host-more": "Para cerrar o abrir la conferencia, pulse 2. Para retirar al último "
    "participante, pulse 3.",
    "conf-linked": "Las conferencias están ahora enlazadas.",
    "conf-unlinked": "Las conferencias enlazadas están ahora separadas.",
    "conf-invited": "Le invita a una conferencia la extensión",
    "conf-accept": "Para entrar, pulse 1.",
    "conf-say-name": "Después de la señal, diga su nombre.",
    "record-prompt": "Hable después de la señal. Cuando termine, pulse cualquier tecla.",
    "queue-busy": "Todos nuestros agentes están ocupados. Espere, por favor.",
    "queue-you-are": "Usted es el número",
    "queue-in-line": "en la cola.",
    "queue-at-least": "Delante de usted hay al menos",
    "queue-wait": "El tiempo de espera estimado es de",
    "queue-thanks": "Gracias por esperar.",
    "queue-full": "Hay demasiadas llamadas en espera. Inténtelo más tarde.",
    "queue-no-agents": "En este momento nadie puede atender su llamada.",
    "queue-callback": "Para colgar, conservar su lugar y recibir una llamada, pulse 1. Para "
    "recibirla en otro número, pulse 2.",
    "queue-callback-set": "Le llamaremos. Adiós.",
    "queue-callback-agent": "Se está llamando a un cliente. Espere, por favor.",
    "queue-break": "Su pausa comienza.",
    "queue-break-over": "Su pausa ha terminado.",
    "queue-survey": "¿Está satisfecho con esta llamada? Pulse una tecla del 1, nada, al 5, "
    "muy satisfecho.",
    "signed-in": "Ha iniciado sesión.",
    "signed-out": "Ha cerrado la sesión.",
    "today": "hoy",
    "yesterday": "ayer",
    "of": "de",
    "at-one": "a la una",
    "at": "a las",
    "morning": "de la mañana",
    "afternoon": "de la tarde",
    "night": "de la noche",
    "first": "primero",
    "exactly-hundred": "cien",
    "thousand": "mil",
    "million": "un millón",
    "millions": "millones",
    "star": "asterisco",
    "hash": "almohadilla",
    "plus": "más",
}


class Spanish:
    """`mil doscientos treinta y cuatro`, `a las dos y cuarenta y cinco de la tarde`."""

    code: Final = "es"
    voice: Final = "es"
    texts: Final = {
        **_SENTENCES,
        **_COUNTED,
        **_SHORTENED,
        **numbered("number", _BELOW_100),
        **numbered("hundred", _HUNDREDS, 1),
        **numbered("digit", _BELOW_30[:10]),
        **numbered("month", _MONTHS, 1),
        **numbered("weekday", _WEEKDAYS),
        **lettered(
            "a be ce de e efe ge hache i jota ka ele eme ene o pe cu erre ese te u uve "
            "uve-doble equis ye zeta"
        ),
    }

    def number(self, number: int, *, before: bool = False) -> Spoken:
        """As one counts; `before` a noun or another number `uno` loses its end."""
        if number > LARGEST:
            return digits(str(number))
        said: list[str] = []
        millions, number = divmod(number, 1_000_000)
        if millions:
            many = (*self.number(millions, before=True), "millions")
            said += many if millions > 1 else ["million"]
        thousands, number = divmod(number, 1000)
        if thousands:
            said += [*(self.number(thousands, before=True) if thousands > 1 else ()), "thousand"]
        hundreds, rest = divmod(number, 100)
        if hundreds:
            said.append("exactly-hundred" if number == 100 else f"hundred-{hundreds}")
        if rest or not said:
            shortened = f"number-{rest}-before"
            said.append(shortened if before and shortened in self.texts else f"number-{rest}")
        return tuple(said)

    def counted(self, number: int, noun: str) -> Spoken:
        if number == 1:
            return (f"{noun}.one",)
        linked = ("of",) if number and number % 1_000_000 == 0 else ()  # `un millón de minutos`
        return (*self.number(number, before=True), *linked, f"{noun}.other")

    def date(self, day: date) -> Spoken:
        number = "first" if day.day == 1 else f"number-{day.day}"
        return (f"weekday-{day.weekday()}", number, "of", f"month-{day.month}")

    def time(self, moment: time) -> Spoken:
        hour = moment.hour % 12 or 12
        said = ["at-one"] if hour == 1 else ["at", f"number-{hour}"]
        if moment.minute:
            said += ["and", f"number-{moment.minute}"]
        part = "morning" if moment.hour < 12 else "afternoon" if moment.hour < 20 else "night"
        return (*said, part)
