package dev.adit.net.linux;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// The requests to nftables that we make (`linux/netfilter/nf_tables.h`), as bytes: a table `inet`
/// with one set of sources for each IP version, and a chain of two rules that drop WireGuard's
/// messages from there (nat-traversal R-DP-6). Unlike the rest of netlink, numbers are in network
/// order.
///
/// Changes come in batches, each of which is carried out whole or not at all. All messages of a
/// batch have one sequence number, and only the last asks for an acknowledgement: the first answer
/// is then either the first error or that.
final class NetfilterMessages {
  static final String SET_V4 = "pinned4";
  static final String SET_V6 = "pinned6";

  static final int BATCH_BEGIN = 16;
  static final int BATCH_END = 17;

  private static final int NFTABLES = 10;
  private static final int NEW_TABLE = NFTABLES << 8;
  private static final int DELETE_TABLE = NFTABLES << 8 | 2;
  private static final int NEW_CHAIN = NFTABLES << 8 | 3;
  private static final int NEW_RULE = NFTABLES << 8 | 6;
  private static final int NEW_SET = NFTABLES << 8 | 9;
  private static final int NEW_ELEMENT = NFTABLES << 8 | 12;
  private static final int GET_ELEMENT = NFTABLES << 8 | 13;
  private static final int DELETE_ELEMENT = NFTABLES << 8 | 14;

  private static final int REQUEST = 1;
  private static final int ACK = 4;
  private static final int DUMP = 0x300;
  private static final int CREATE = 0x400;
  private static final int CREATE_APPEND = 0xc00;

  /// Family, version, resource: four bytes before the attributes.
  static final int HEADER = 4;

  /// Rules for both IP versions.
  private static final int INET = 1;

  private static final int LIST_ELEMENT = 1;
  private static final int DATA_VALUE = 1;
  private static final int ELEMENTS = 3;
  private static final int ELEMENT_KEY = 1;
  private static final int ELEMENT_TIMEOUT = 4;
  private static final int ELEMENT_EXPRESSION = 7;
  private static final int EXPRESSION_NAME = 1;
  private static final int EXPRESSION_DATA = 2;
  private static final int COUNTER_PACKETS = 2;

  private static final int HOOK_INPUT = 1;

  /// Before the filters of the machine's own firewall, which may accept.
  private static final int PRIORITY = -10;

  private static final int SET_HAS_TIMEOUTS = 0x10;

  // Names of types that `nft list` shows: 6 bits each, ipv4_addr or ipv6_addr, then inet_service.
  private static final int TYPE_V4_PORT = 7 << 6 | 13;
  private static final int TYPE_V6_PORT = 8 << 6 | 13;

  private static final int META_NFPROTO = 15;
  private static final int META_L4PROTO = 16;
  private static final int UDP = 17;
  private static final int NETWORK = 1;
  private static final int TRANSPORT = 2;
  private static final int EQUAL = 0;
  private static final int AT_MOST = 3;
  private static final int AT_LEAST = 5;

  /// Registers: 1 to 4 of 16 bytes each, or 8 to 23 of 4 bytes each in the same place.
  private static final int VERDICT = 0;

  private static final int FIRST = 1;
  private static final int AFTER_V4 = 9;
  private static final int AFTER_V6 = 2;

  private NetfilterMessages() {}

  /// A message of a batch, without its sequence number.
  interface Part {
    NetlinkWriter write(int sequence, int more);
  }

  /// @param parts at least one
  static byte[] batch(int sequence, List<Part> parts) {
    var batch = new ByteArrayOutputStream();
    batch.writeBytes(edge(BATCH_BEGIN, sequence));
    for (int i = 0; i < parts.size(); i++) {
      int ack = i == parts.size() - 1 ? ACK : 0;
      batch.writeBytes(parts.get(i).write(sequence, ack).message());
    }
    batch.writeBytes(edge(BATCH_END, sequence));
    return batch.toByteArray();
  }

  private static byte[] edge(int type, int sequence) {
    return new NetlinkWriter(type, REQUEST, sequence).u8s(0, 0, 0, NFTABLES).message();
  }

  private static Part part(int type, int flags, Consumer<NetlinkWriter> attributes) {
    return (sequence, more) -> {
      var message = new NetlinkWriter(type, REQUEST | flags | more, sequence).u8s(INET, 0, 0, 0);
      attributes.accept(message);
      return message;
    };
  }

  /// In the place of one that is there already.
  ///
  /// @param port of WireGuard
  static List<Part> install(String table, int port) {
    return List.of(
        newTable(table),
        deleteTable(table),
        newTable(table),
        newSet(table, SET_V4, TYPE_V4_PORT, 8, 1),
        newSet(table, SET_V6, TYPE_V6_PORT, 20, 2),
        newChain(table),
        newRule(table, rule(port, Sockets.INET, 12, 4, AFTER_V4, SET_V4)),
        newRule(table, rule(port, Sockets.INET6, 8, 16, AFTER_V6, SET_V6)));
  }

  private static Part newTable(String table) {
    return part(NEW_TABLE, CREATE, at -> big(at.attributeText(1, table), 2, 0));
  }

  static Part deleteTable(String table) {
    return part(DELETE_TABLE, 0, at -> at.attributeText(1, table));
  }

  private static Part newSet(String table, String name, int type, int keyBytes, int id) {
    return part(
        NEW_SET,
        CREATE,
        at -> {
          at.attributeText(1, table).attributeText(2, name);
          big(at, 3, SET_HAS_TIMEOUTS);
          big(at, 4, type);
          big(at, 5, keyBytes);
          big(at, 10, id);
          at.nested(17, counter -> expression(counter, "counter", none -> {}));
        });
  }

  private static Part newChain(String table) {
    return part(
        NEW_CHAIN,
        CREATE,
        at -> {
          at.attributeText(1, table).attributeText(3, "input");
          at.nested(
              4,
              hook -> {
                big(hook, 1, HOOK_INPUT);
                big(hook, 2, PRIORITY);
              });
          at.attributeText(7, "filter");
        });
  }

  private static Part newRule(String table, Consumer<NetlinkWriter> expressions) {
    return part(
        NEW_RULE,
        CREATE_APPEND,
        at -> at.attributeText(1, table).attributeText(2, "input").nested(4, expressions));
  }

  /// To WireGuard's port, from a source of the set, beginning with 1 to 4 and three zeros, as only
  /// WireGuard's messages do: drop.
  private static Consumer<NetlinkWriter> rule(
      int port, int ipVersion, int sourceAt, int sourceBytes, int portRegister, String set) {
    return at -> {
      listed(at, "meta", meta -> big(big(meta, 1, FIRST), 2, META_NFPROTO));
      compare(at, EQUAL, ipVersion);
      listed(at, "meta", meta -> big(big(meta, 1, FIRST), 2, META_L4PROTO));
      compare(at, EQUAL, UDP);
      load(at, FIRST, TRANSPORT, 2, 2);
      compare(at, EQUAL, port >> 8, port);
      load(at, FIRST, NETWORK, sourceAt, sourceBytes);
      load(at, portRegister, TRANSPORT, 0, 2);
      // The set counts what is found in it: it comes last.
      int kept = AFTER_V6 + 1;
      load(at, kept, TRANSPORT, 8, 1);
      compareAt(at, kept, AT_LEAST, 1);
      compareAt(at, kept, AT_MOST, 4);
      load(at, kept, TRANSPORT, 9, 3);
      compareAt(at, kept, EQUAL, 0, 0, 0);
      listed(at, "lookup", lookup -> big(lookup.attributeText(1, set), 2, FIRST));
      listed(
          at,
          "immediate",
          verdict ->
              big(verdict, 1, VERDICT).nested(2, data -> data.nested(2, code -> big(code, 1, 0))));
    };
  }

  private static void load(NetlinkWriter at, int register, int base, int offset, int length) {
    listed(
        at,
        "payload",
        load -> {
          big(load, 1, register);
          big(load, 2, base);
          big(load, 3, offset);
          big(load, 4, length);
        });
  }

  private static void compare(NetlinkWriter at, int operation, int... value) {
    compareAt(at, FIRST, operation, value);
  }

  private static void compareAt(NetlinkWriter at, int register, int operation, int... value) {
    byte[] bytes = new byte[value.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) value[i];
    }
    listed(
        at,
        "cmp",
        compare -> {
          big(compare, 1, register);
          big(compare, 2, operation);
          compare.nested(3, data -> data.attribute(DATA_VALUE, bytes));
        });
  }

  private static void listed(NetlinkWriter at, String name, Consumer<NetlinkWriter> data) {
    at.nested(LIST_ELEMENT, element -> expression(element, name, data));
  }

  private static void expression(NetlinkWriter at, String name, Consumer<NetlinkWriter> data) {
    at.attributeText(EXPRESSION_NAME, name).nested(EXPRESSION_DATA, data);
  }

  private static NetlinkWriter big(NetlinkWriter at, int type, int value) {
    return at.attributeU32(type, Integer.reverseBytes(value));
  }

  // --- elements

  static String setOf(Endpoint source) {
    return source.address().isV4() ? SET_V4 : SET_V6;
  }

  /// @param millis after which the kernel removes it
  static Part addElement(String table, Endpoint source, long millis) {
    return element(
        NEW_ELEMENT,
        CREATE,
        table,
        source,
        at -> at.attribute(ELEMENT_TIMEOUT, ByteBuffer.allocate(8).putLong(millis).array()));
  }

  static Part deleteElement(String table, Endpoint source) {
    return element(DELETE_ELEMENT, 0, table, source, at -> {});
  }

  private static Part element(
      int type, int flags, String table, Endpoint source, Consumer<NetlinkWriter> more) {
    return part(
        type,
        flags,
        at ->
            at.attributeText(1, table)
                .attributeText(2, setOf(source))
                .nested(
                    ELEMENTS,
                    list ->
                        list.nested(
                            LIST_ELEMENT,
                            element -> {
                              element.nested(
                                  ELEMENT_KEY, key -> key.attribute(DATA_VALUE, key(source)));
                              more.accept(element);
                            })));
  }

  /// Each field of a key is filled up to four bytes.
  private static byte[] key(Endpoint source) {
    byte[] address = source.address().bytes();
    byte[] key = Arrays.copyOf(address, address.length + 4);
    key[address.length] = (byte) (source.port() >> 8);
    key[address.length + 1] = (byte) source.port();
    return key;
  }

  static IntFunction<byte[]> elements(String table, String set) {
    return sequence ->
        new NetlinkWriter(GET_ELEMENT, REQUEST | DUMP, sequence)
            .u8s(INET, 0, 0, 0)
            .attributeText(1, table)
            .attributeText(2, set)
            .message();
  }

  /// Hears what a set holds.
  @FunctionalInterface
  interface Elements {
    /// @param packets that were found to be from there
    void element(Endpoint source, long packets);
  }

  /// @throws java.io.IOException if a message is not what the kernel would say
  static void readElements(NetlinkMessage message, Elements hears) throws java.io.IOException {
    byte[] list = message.requireFixed(HEADER).attribute(HEADER, ELEMENTS);
    if (list != null) {
      NetlinkMessage.each(list, (type, element) -> readElement(element, hears));
    }
  }

  private static void readElement(byte[] element, Elements hears) throws java.io.IOException {
    byte[] data = NetlinkMessage.attribute(element, 0, element.length, ELEMENT_KEY);
    byte[] key = data == null ? null : NetlinkMessage.attribute(data, 0, data.length, DATA_VALUE);
    if (key == null || key.length != 8 && key.length != 20) {
      return;
    }
    IpAddress address = IpAddress.of(Arrays.copyOf(key, key.length - 4));
    int port = (key[key.length - 4] & 0xff) << 8 | key[key.length - 3] & 0xff;
    hears.element(new Endpoint(address, port), packets(element));
  }

  private static long packets(byte[] element) throws java.io.IOException {
    byte[] at = element;
    for (int type : new int[] {ELEMENT_EXPRESSION, EXPRESSION_DATA, COUNTER_PACKETS}) {
      at = NetlinkMessage.attribute(at, 0, at.length, type);
      if (at == null) {
        return 0;
      }
    }
    return at.length == 8 ? ByteBuffer.wrap(at).getLong() : 0;
  }
}
