package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlFilesTest {
    @TempDir Path folder;

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private SqlFiles read(Map<String, String> properties) throws IOException {
        return SqlFiles.read(folder.toString(), properties);
    }

    private String refusal(Map<String, String> properties) {
        return assertThrows(IllegalArgumentException.class, () -> read(properties)).getMessage();
    }

    @Test
    void fillsPlaceholdersInSourcesAndSinksAndDoublesQuotes() throws IOException {
        write("1_sources/a.sql", "'x' = '${A}', 'y' = '${B}${A}'");
        write("3_sinks/lake/b.sql", "'${B}'");
        write("4_job.sql", "SELECT 1");
        SqlFiles files = read(Map.of("A", "it's $1", "B", "b"));
        assertEquals("'x' = 'it''s $1', 'y' = 'bit''s $1'", files.in("1_sources").get("1_sources/a.sql"));
        assertEquals(Map.of("3_sinks/lake/b.sql", "'b'"), files.in("3_sinks"));
        assertEquals("SELECT 1", files.job());
        assertEquals(3, files.size());
    }

    @Test
    void readsAZipLikeAFolderAndLeavesOtherFilesOut() throws IOException {
        Path zip = folder.resolve("sql.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            for (String name : new String[] {"4_job.sql", "2_views/v.sql", "2_views/notes.md", "README.md"}) {
                entries.putNextEntry(new ZipEntry(name));
                entries.write(name.getBytes());
                entries.closeEntry();
            }
        }
        SqlFiles files = SqlFiles.read(zip.toString(), Map.of());
        assertEquals(Set.of("2_views/v.sql"), files.in("2_views").keySet());
        assertEquals("4_job.sql", files.job());
        assertEquals(2, files.size());
    }

    @Test
    void knowsThePlanThatComesWithThem() throws IOException {
        write("4_job.sql", "SELECT 1");
        assertNull(read(Map.of()).plan());
        write("plan.json", "{\"nodes\": [], \"x\": \"${NO_PLACEHOLDER}\"}");
        SqlFiles files = read(Map.of());
        assertEquals("{\"nodes\": [], \"x\": \"${NO_PLACEHOLDER}\"}", files.plan());
        assertEquals(1, files.size());
    }

    @Test
    void namesPlaceOfAPlaceholderWithoutProperty() throws IOException {
        write("4_job.sql", "SELECT 1");
        write("1_sources/a.sql", "one\ntwo '${STREAM}'");
        assertEquals(
                "1_sources/a.sql:2:6: ${STREAM} has no property in the group tidemark.sql (it has [OTHER])",
                refusal(Map.of("OTHER", "x")));
    }

    @Test
    void namesPlaceOfAPlaceholderThatIsNotClosed() throws IOException {
        write("4_job.sql", "SELECT 1");
        write("1_sources/a.sql", "'${STREAM'");
        assertTrue(refusal(Map.of("STREAM", "x")).startsWith("1_sources/a.sql:1:2: ${STREAM' has no property"));
    }

    @Test
    void namesEveryPlaceholderThatIsWrong() throws IOException {
        write("4_job.sql", "SELECT 1");
        write("1_sources/a.sql", "'${ONE}'");
        write("3_sinks/b.sql", "'${TWO}'");
        assertEquals(2, refusal(Map.of("X", "x")).split("\n").length);
    }

    @Test
    void refusesAPropertyThatNoFileUses() throws IOException {
        write("4_job.sql", "SELECT 1");
        assertEquals(
                "No file in 1_sources or 3_sinks uses [LEFT]: remove them from the group tidemark.sql",
                refusal(Map.of("LEFT", "x")));
    }

    @Test
    void refusesPlaceholdersInViewsAndTheJob() throws IOException {
        write("4_job.sql", "SELECT 1");
        write("2_views/v.sql", "\n\n${A}");
        assertEquals(
                "2_views/v.sql:3:1: ${A}: placeholders belong into 1_sources and 3_sinks, nowhere else",
                refusal(Map.of("A", "x")));
    }

    @Test
    void saysWhatIsThereWhenTheJobIsNot() throws IOException {
        write("2_views/v.sql", "");
        assertTrue(refusal(Map.of()).endsWith("has no 4_job.sql (it has [2_views/v.sql])"));
    }
}
