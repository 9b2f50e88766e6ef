package dev.adit.cli.demo;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.OwnNamespaces;

/// Says how to look around in a lab that was left running.
final class LookAround {
  private LookAround() {}

  static String text(Lab lab, String adit) {
    String wayIn = OwnNamespaces.wayIn();
    String each = wayIn == null ? "\n  " : "\n  " + wayIn + " ";
    StringBuilder text = new StringBuilder("left running; look around with:");
    for (String host : new String[] {"l", "r"}) {
      text.append(each).append(adit).append(" status --run-dir ").append(lab.run(host));
      text.append("/adit");
    }
    text.append(each).append(adit).append(" node list --run-dir ").append(lab.run("srv"));
    text.append("/adit");
    text.append(each).append("ip netns exec ").append(lab.namespace("l")).append(" bash");
    text.append(each).append("ip netns exec ").append(lab.namespace("inet"));
    text.append(" nft list ruleset      # what passed between the sites");
    if (wayIn == null) {
      text.append("\nand remove it with: ").append(adit).append(" demo --remove");
    }
    return text.toString();
  }
}
