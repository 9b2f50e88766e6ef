package dev.adit.net.dns;

import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;

/// [DnsLookup] by means of the JDK: its resolver follows the machine's, but knows addresses only,
/// so texts are asked of the DNS servers directly. Immutable.
final class SystemDns implements DnsLookup {
  private static final String TXT = "TXT";

  private final String servers;

  /// @param servers `dns:` for those of the machine, or `dns://ADDRESS:PORT`
  SystemDns(String servers) {
    this.servers = servers;
  }

  @Override
  public List<IpAddress> addresses(String name) throws IOException {
    List<IpAddress> addresses = new ArrayList<>();
    for (var address : InetAddress.getAllByName(name)) {
      addresses.add(IpAddress.of(address.getAddress()));
    }
    return addresses;
  }

  // JNDI's danger is objects that a directory makes up; the DNS provider yields texts only, and is
  // the only one that is named.
  @SuppressWarnings("BanJNDI")
  @Override
  public List<String> texts(String name) throws IOException {
    try {
      var context = new InitialDirContext(environment());
      try {
        var records = context.getAttributes(name, new String[] {TXT}).get(TXT);
        List<String> texts = new ArrayList<>();
        for (int i = 0; records != null && i < records.size(); i++) {
          texts.add(String.valueOf(records.get(i)));
        }
        return texts;
      } finally {
        context.close();
      }
    } catch (NamingException e) {
      throw new IOException("TXT of " + name + ": " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("JdkObsolete") // the interface's type
  private Hashtable<String, String> environment() {
    var environment = new Hashtable<String, String>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, servers);
    environment.put("com.sun.jndi.dns.timeout.initial", "2000"); // milliseconds, doubled each try
    environment.put("com.sun.jndi.dns.timeout.retries", "3");
    return environment;
  }
}
