package io.tidemark.runner.lake.maintenance;

import java.util.List;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/** Writes many small manifests into few, so that a query opens fewer files before it reads the first row. */
final class Manifests {
  /** Fewer are not worth a commit. */
  private static final int MANY = 10;

  private Manifests() {}

  /** Whether there are many small ones. */
  static boolean areMany(Table table) {
    table.refresh();
    if (table.currentSnapshot() == null) {
      return false;
    }
    List<ManifestFile> manifests = table.currentSnapshot().dataManifests(table.io());
    long bytes = manifests.stream().mapToLong(ManifestFile::length).sum();
    long target =
        PropertyUtil.propertyAsLong(
            table.properties(),
            TableProperties.MANIFEST_TARGET_SIZE_BYTES,
            TableProperties.MANIFEST_TARGET_SIZE_BYTES_DEFAULT);
    return manifests.size() >= MANY && manifests.size() > 2 * (bytes / target + 1);
  }

  static void run(Table table) {
    if (areMany(table)) {
      // One key for all: there is no more than a file for each day once they are compacted.
      Commits.patiently(() -> table.rewriteManifests().clusterBy(file -> "").commit());
    }
  }
}
