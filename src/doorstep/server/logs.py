"""What is logged, and in which form: one JSON object a line, without personal data. Django is not needed here.

Nothing is trusted to be harmless because it looks so. Of our own loggers the message is written; what else is said of
a request comes by name, and only names of `NAMED` are written. Of others' loggers the template is written without what
was put into it. An exception is told by its type and where it was raised, not by its words: those of a database
quote the row that it refused.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import structlog

OURS = ("doorstep", "_granian")  # loggers whose words are known to hold numbers and names of chores alone
NAMED = ("method", "route", "status", "duration_ms", "operator", "key", "user")
KINDS = ("json", "console")
MOST_CAUSES = 5
ROOT = str(Path(__file__).resolve().parents[2])
Event = MutableMapping[str, Any]


class Lines(logging.StreamHandler[TextIO]):
    """Write to what standard error is at that moment, and not to what it was when the log was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def config(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings of `logging` for all processes. Raises ValueError for a form that there is not."""
    kind = environment.get("DOORSTEP_LOG") or ("console" if sys.stderr.isatty() else "json")
    level = environment.get("DOORSTEP_LOG_LEVEL", "info").upper()
    if kind not in KINDS:
        raise ValueError(f"DOORSTEP_LOG is one of {', '.join(KINDS)}")
    if level not in logging.getLevelNamesMapping():
        raise ValueError("DOORSTEP_LOG_LEVEL is one of debug, info, warning, error")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter, "kind": kind}},
        "handlers": {"lines": {"()": Lines, "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "doorstep": {"level": level},
            "_granian": {"handlers": [], "level": "WARNING", "propagate": True},
            # The line of the request tells a 404; what is left are failures, with where they were raised.
            "django": {"handlers": [], "level": "ERROR", "propagate": True},
            "axes": {"level": "CRITICAL"},  # it writes addresses into its messages; the record keeps them for an hour
        },
    }


def formatter(kind: str) -> structlog.stdlib.ProcessorFormatter:
    shown: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if kind == "console":
        shown = structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        foreign_pre_chain=[
            _said,
            structlog.stdlib.ExtraAdder(allow=NAMED),
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _failed,
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _said(_logger: Any, _name: str, event: Event) -> Event:
    """Choose the words: ours whole, those of others without what was put into them."""
    record: logging.LogRecord = event["_record"]
    args = event.pop("positional_args", ())
    request = getattr(record, "request", None)
    if record.name.partition(".")[0] in OURS:
        event["event"] = event["event"] % args if args else event["event"]
    elif request is not None:  # Django's: the reason comes first, then the path, which holds codes and tokens
        event["event"] = str(args[0]) if args else "failed"
        event["route"] = route_of(request)
    elif not args:  # perhaps put together before it was logged
        event["event"] = f"{record.module}:{record.lineno}"
    return event


def _failed(_logger: Any, _name: str, event: Event) -> Event:
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else None
    if error is not None:
        event["exception"] = [_exception(one) for one in islice(_causes(error), MOST_CAUSES)]
    return event


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _exception(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{one.filename.removeprefix(ROOT).lstrip('/')}:{one.lineno} {one.name}" for one in frames],
    }
    diagnosis = getattr(error, "diag", None)  # of PostgreSQL
    if diagnosis is not None:
        found |= {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
    return found


def route_of(request: Any) -> str:
    """Give the pattern of a request's address, as `v1/orders/<path:order>`: addresses hold codes and tokens."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.route)
    return "static" if request.path_info.startswith("/static/") else "unmatched"
