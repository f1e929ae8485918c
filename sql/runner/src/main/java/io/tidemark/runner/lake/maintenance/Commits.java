package io.tidemark.runner.lake.maintenance;

import org.apache.iceberg.exceptions.CommitFailedException;

/** Commits beside a writer that commits every few seconds. */
final class Commits {
  /** Each of them makes the attempts of the table's property {@code commit.retry.num-retries} in turn. */
  private static final int ROUNDS = 10;

  private Commits() {}

  /**
   * Makes and commits a change, again as long as others were quicker. The change must be made anew each time it is
   * called. Throws {@link CommitFailedException} where others were quicker every time; nothing is changed then.
   */
  static void patiently(Runnable change) {
    for (int round = 1; ; round++) {
      try {
        change.run();
        return;
      } catch (CommitFailedException e) {
        if (round == ROUNDS) {
          throw e;
        }
      }
    }
  }
}
