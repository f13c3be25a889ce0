"""The protocol: what an editor tells and asks over standard input and output.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.language_server import lsp_method
from pygls.uris import to_fs_path

from migrator.lsp import hover as hovering
from migrator.lsp.actions import KINDS, actions
from migrator.lsp.analyst import Analyst, Described
from migrator.lsp.diagnostics import NAME, diagnostics
from migrator.lsp.opened import EditorAnswer, OpenFile
from migrator.options.analysis import AnalysisOptions


class EditorProtocol(LanguageServerProtocol):
    """In units of UTF-16, which every editor has to understand, whatever else it offers."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        if params.capabilities.general:
            params.capabilities.general.position_encodings = None
        return (yield from super().lsp_initialize(params))


class EditorServer(LanguageServer):
    """Texts come whole: what counts as a line is not for the library to say, which splits them at more than the
    protocol does."""

    def __init__(self) -> None:
        super().__init__(
            NAME,
            version(NAME),
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=EditorProtocol,
            converter_factory=default_converter,
        )
        self.ended = False

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Never with the error's own text: that may quote a file, and so a credential."""
        said = f"{NAME}: internal error ({type(error).__name__}); please report it"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, said))


def serve(reading: AnalysisOptions, described: Described) -> bool:
    """Answer an editor until it ends; and whether it has said so as the protocol wants it. Standard output is the
    protocol's alone: whatever else is printed goes to standard error."""
    logging.getLogger("pygls").disabled = True
    for name in ("pygls.protocol.json_rpc", "pygls.protocol.language_server", "pygls.server", "pygls.feature_manager"):
        logging.getLogger(name).disabled = True  # they log messages whole, with the texts of files
    gc.set_threshold(20_000, 20, 50)  # to look through all that an analysis holds takes as long as the analysis
    sys.stdout.flush()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = _made(reading, described)
    server.start_io(sys.stdin.buffer, output)
    return server.ended


def _made(reading: AnalysisOptions, described: Described) -> EditorServer:
    server = EditorServer()

    def publish(answer: EditorAnswer) -> None:
        for path, files in answer.files.items():
            found = diagnostics(answer, path)
            for one in files:
                server.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(one.uri, found, version=one.version)
                )

    def folders() -> list[Path]:
        paths = (to_fs_path(uri) for uri in [*server.workspace.folders])
        return [Path(path) for path in paths if path]

    def clear(uri: str) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    analyst = Analyst(reading, folders, publish, clear, described)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        analyst.start()
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            every = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            server.client_register_capability(types.RegistrationParams([types.Registration(NAME, method, every)]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        analyst.put(OpenFile(document.uri, document.version, document.text))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        for change in params.content_changes[-1:]:
            if isinstance(change, types.TextDocumentContentChangeWholeDocument):
                analyst.put(OpenFile(uri, params.text_document.version, change.text))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        analyst.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(_: types.DidChangeWatchedFilesParams) -> None:
        analyst.refresh()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        analyst.drop(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[*KINDS]))
    @server.thread()
    def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        answer = analyst.answer(params.text_document.uri)
        path = answer.path_of(params.text_document.uri) if answer else None
        if answer is None or path is None:
            return []
        only = None if params.context.only is None else [str(getattr(one, "value", one)) for one in params.context.only]
        workspace = server.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return actions(answer, path, params.range, only, versioned=bool(edit and edit.document_changes))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    @server.thread()
    def hover(params: types.HoverParams) -> types.Hover | None:
        answer = analyst.answer(params.text_document.uri)
        path = answer.path_of(params.text_document.uri) if answer else None
        return hovering.hover(answer, path, params.position) if answer and path is not None else None

    @server.feature(types.SHUTDOWN)
    def ended(_: None) -> None:
        server.ended = True

    return server
