package dev.adit.systemtests.interop;

/// Makes clients of one kind.
interface Clients {
  /// Connects a client, and waits until the server has registered it.
  TestClient open(String name, ClientOptions options);

  /// Connects a client that the server may not want.
  TestClient openUnheard(String name, ClientOptions options);

  /// Closes all that are open.
  void closeAll();
}
