package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.IOUtils;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tables of the lake what their DDL says, before a job is made to start. */
public final class LakeSchema {
  private static final Logger LOG = LoggerFactory.getLogger(LakeSchema.class);

  /** A job that runs commits rows meanwhile; what is to be changed is then looked at again. */
  private static final int ATTEMPTS = 5;

  private LakeSchema() {}

  /**
   * Creates the tables that are not there and evolves those that are, in one commit for each that differs from its DDL. Throws
   * {@link LakeProblems} with everything that cannot be, having changed nothing then.
   */
  public static void apply(LakeTables tables) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        once(tables);
        return;
      } catch (CommitFailedException | AlreadyExistsException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.info("Somebody else committed meanwhile, so the lake's tables are looked at again: {}", e.getMessage());
      }
    }
  }

  private static void once(LakeTables tables) throws IOException {
    List<LakeTable.Opened> opened = new ArrayList<>();
    List<Evolution> evolutions = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try {
      for (LakeTable table : tables.all()) {
        try {
          opened.add(table.open());
        } catch (IllegalArgumentException e) {
          problems.add(e.getMessage());
        }
      }
      for (LakeTable.Opened lake : opened) {
        Evolution evolution = Evolution.of(lake);
        problems.addAll(evolution.problems());
        evolutions.add(evolution);
      }
      if (!problems.isEmpty()) {
        throw new LakeProblems(problems);
      }
      for (Evolution evolution : evolutions) {
        evolution.commit();
      }
    } finally {
      IOUtils.closeAllQuietly(opened);
    }
  }
}
