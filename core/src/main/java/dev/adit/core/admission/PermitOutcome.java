package dev.adit.core.admission;

/// What became of a permit, as it is counted; a sentence each.
public enum PermitOutcome {
  ACCEPTED("The relay is cut off, and the record is good."),
  IN_CONTACT("The coordinator was heard of in the last 10 s: its set counts."),
  UNREADABLE("It is no record, or one of a later version."),
  OTHER_KEY("It is the record of another key."),
  OTHER_NETWORK("It is of a network that the relay does not serve."),
  TOO_OLD("It was issued before the last contact, when the set had no such key."),
  EXPIRED("The record has ended."),
  REMOVED("The key was in the set and was taken out."),
  NOT_SIGNED("No record key of the coordinator has signed it."),
  TOO_MANY("More permits a second, or in all, than a relay looks at.");

  private final String sentence;

  PermitOutcome(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
