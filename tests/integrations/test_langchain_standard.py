"""The tests that LangChain has for every retriever."""

import pytest

pytest.importorskip("langchain_tests", reason="make integrations installs it")

from langchain_tests.integration_tests import RetrieversIntegrationTests

from qa.integrations.langchain import QARetriever


class TestQARetriever(RetrieversIntegrationTests):
    """Against a real server."""

    @pytest.fixture(autouse=True)
    def _served(self, server):
        type(self).address = server.address

    @property
    def retriever_constructor(self):
        return QARetriever

    @property
    def retriever_constructor_params(self):
        return {"address": self.address}

    @property
    def retriever_query_example(self):
        return "When did Xu Jiatun fly to San Francisco?"
