package dev.adit.agent;

/// What a helper changes, a sentence each.
enum HelperChange {
  OPEN("An interface was made or taken over."),
  APPLY("An interface got peers, addresses and routes."),
  ENDPOINT("The endpoint of a peer was moved."),
  MTU("The routes to a peer got another MTU."),
  PIN("The direct data of a peer was kept from WireGuard for ten seconds, or let pass again."),
  GREET("A peer was greeted."),
  REMOVE("An interface was removed.");

  private final String sentence;

  HelperChange(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
