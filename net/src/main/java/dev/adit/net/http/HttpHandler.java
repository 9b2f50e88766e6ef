package dev.adit.net.http;

/// Answers requests that do not upgrade. Called on a virtual thread, so it may block; may be called
/// by many at once. An exception becomes 500 and a log line, never a stack trace to the peer.
@FunctionalInterface
public interface HttpHandler {
  HttpResponse handle(HttpRequest request);
}
