package dev.adit.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A proxy on loopback, HTTP's CONNECT or SOCKS5, that wants user and password `anna`:`secret` and
/// leads every name to one port of this machine.
final class TestProxy implements AutoCloseable {
  private static final String BASIC = "Proxy-Authorization: Basic YW5uYTpzZWNyZXQ=";

  final List<String> asked = new CopyOnWriteArrayList<>();
  private final ServerSocket socket;
  private final int target;
  private final boolean socks;

  TestProxy(int target, boolean socks) throws IOException {
    this.target = target;
    this.socks = socks;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url(String user) {
    String scheme = socks ? "socks5" : "http";
    return scheme + "://" + user + "@127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      if (socks ? admitsSocks(client) : admitsConnect(client)) {
        try (var far = new Socket(InetAddress.getLoopbackAddress(), target)) {
          Thread.ofVirtual().start(() -> copy(far, client));
          copy(client, far);
        }
      }
    } catch (IOException e) {
      // the test sees that nothing comes
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.close();
    } catch (IOException e) {
      // one side has gone
    }
  }

  private boolean admitsConnect(Socket client) throws IOException {
    String head = TestClient.head(client.getInputStream());
    asked.add(head.substring(0, head.indexOf(" HTTP/1.1")));
    boolean admitted = head.contains(BASIC);
    String answer = admitted ? "200 Here you are" : "407 Who are you";
    client
        .getOutputStream()
        .write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    return admitted;
  }

  private boolean admitsSocks(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    in.readNBytes(in.readNBytes(2)[1]);
    client.getOutputStream().write(new byte[] {5, 2});
    in.readNBytes(1);
    String user = text(in) + ":" + text(in);
    boolean admitted = user.equals("anna:secret");
    client.getOutputStream().write(new byte[] {1, (byte) (admitted ? 0 : 1)});
    if (admitted) {
      in.readNBytes(4);
      asked.add(text(in));
      in.readNBytes(2);
      client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    }
    return admitted;
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readNBytes(in.read()), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
