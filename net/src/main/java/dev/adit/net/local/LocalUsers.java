package dev.adit.net.local;

import dev.adit.net.http.HttpRequest.LocalUser;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/// Who is at the other end of a Unix socket, by SO_PEERCRED. Immutable.
///
/// @param self the user this process runs as
record LocalUsers(UserPrincipal self) {
  /// @param socket a file this process made
  static LocalUsers ownerOf(Path socket) throws IOException {
    return new LocalUsers(Files.getOwner(socket));
  }

  LocalUser of(SocketChannel channel) throws IOException {
    UserPrincipal user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    String name = user.getName();
    // A uid without an entry in the user database has its number as name.
    boolean root = name.equals("root") || name.equals("0");
    return new LocalUser(name, root || user.equals(self));
  }
}
