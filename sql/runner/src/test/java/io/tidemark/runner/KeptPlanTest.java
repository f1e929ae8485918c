package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptPlanTest {
    @TempDir Path folder;

    private SqlFiles files(String job) throws IOException {
        Path sql = Files.createDirectories(folder.resolve("sql"));
        Files.writeString(sql.resolve("4_job.sql"), job);
        return SqlFiles.read(sql.toString(), Map.of());
    }

    @Test
    void findsThePlanOfTheSameFilesOnly() throws IOException {
        KeptPlan plan = new KeptPlan(folder.resolve("plan.json").toString());
        assertNull(plan.find(files("one")));
        plan.keep(files("one"), "{1}");
        assertEquals("{1}", plan.find(files("one")));
        assertNull(plan.find(files("two")), "another text");
        plan.keep(files("two"), "{2}");
        assertEquals("{2}", plan.find(files("two")));
        assertNull(plan.find(files("one")), "replaced");
    }

    @Test
    void aPlanWithoutItsKeyIsNotTaken() throws IOException {
        KeptPlan plan = new KeptPlan(folder.resolve("plan.json").toString());
        plan.keep(files("one"), "{1}");
        Files.delete(folder.resolve("plan.json.key"));
        assertNull(plan.find(files("one")));
    }

    @Test
    void keepsNothingWithoutAFile() throws IOException {
        KeptPlan plan = new KeptPlan(null);
        plan.keep(files("one"), "{1}");
        assertNull(plan.find(files("one")));
        assertFalse(Files.exists(folder.resolve("plan.json")));
    }
}
