package dev.adit.core.helper;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a helper says to its agent; framed as [HelperRequest] is.
public sealed interface HelperAnswer {
  int MAX_TEXT = 1_000;

  /// Readings of one frame; further ones follow in the next.
  int MAX_READINGS = 800;

  /// It is done.
  record Done() implements HelperAnswer {}

  /// It is not done, and why: a sentence for people.
  record Failed(String text) implements HelperAnswer {}

  /// The interface is there.
  ///
  /// @param port WireGuard's
  /// @param wireGuard what drives it
  record Opened(int port, String wireGuard) implements HelperAnswer {}

  /// One peer as WireGuard has it.
  ///
  /// @param dropped packets of its pinned source
  record Reading(
      PublicKey peer,
      @Nullable Endpoint endpoint,
      long receivedBytes,
      long sentBytes,
      long dropped) {}

  /// Some of WireGuard's peers; `more` follow.
  ///
  /// @param unsent datagrams that the kernel did not take, since the connection began
  /// @param refused datagrams that [SendRules] did not allow
  record Readings(boolean more, long unsent, long refused, List<Reading> peers)
      implements HelperAnswer {}

  /// Not an answer: this came to the shared port.
  record Received(Endpoint source, byte[] payload) implements HelperAnswer {}

  default byte[] encode() {
    return switch (this) {
      case Done() -> new FieldWriter(1, 0).done();
      case Failed(var text) -> new FieldWriter(2, text.length()).text(text, MAX_TEXT).done();
      case Opened(var port, var wireGuard) ->
          new FieldWriter(3, 32).u16(port).text(wireGuard, MAX_TEXT).done();
      case Readings(var more, var unsent, var refused, var peers) -> {
        var writer = new FieldWriter(4, 20 + 78 * peers.size());
        writer.bool(more).count(unsent).count(refused);
        yield writer
            .list(
                peers,
                reading ->
                    writer
                        .key(reading.peer)
                        .endpoint(reading.endpoint)
                        .count(reading.receivedBytes)
                        .count(reading.sentBytes)
                        .count(reading.dropped))
            .done();
      }
      case Received(var source, var payload) ->
          new FieldWriter(5, 19 + payload.length).endpoint(source).raw(payload).done();
    };
  }

  /// @param frame not kept
  /// @throws MalformedException as [HelperRequest#decode]
  static HelperAnswer decode(byte[] frame) throws MalformedException {
    var fields = new FieldReader(frame);
    int type = fields.u8();
    HelperAnswer answer =
        switch (type) {
          case 1 -> new Done();
          case 2 -> new Failed(fields.text(MAX_TEXT));
          case 3 -> new Opened(fields.u16(), fields.text(MAX_TEXT));
          case 4 ->
              new Readings(
                  fields.bool(),
                  fields.count(),
                  fields.count(),
                  fields.list(
                      MAX_READINGS,
                      () ->
                          new Reading(
                              fields.key(),
                              fields.endpointOrNone(),
                              fields.count(),
                              fields.count(),
                              fields.count())));
          case 5 -> new Received(fields.endpoint(), fields.rest());
          default -> throw new MalformedException("helper frame: type " + type + " is none");
        };
    fields.end();
    return answer;
  }
}
