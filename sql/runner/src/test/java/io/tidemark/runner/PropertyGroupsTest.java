package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertyGroupsTest {
    @TempDir Path folder;

    @Test
    void readsTheServicesOwnFileFormat() throws IOException {
        Path file = folder.resolve("application_properties.json");
        Files.writeString(
                file,
                "[{\"PropertyGroupId\":\"tidemark.sql\",\"PropertyMap\":{\"B\":\"2\",\"A\":\"1\"}},"
                        + "{\"PropertyGroupId\":\"tidemark.runner\",\"PropertyMap\":{\"sql.location\":\"s3://b/k.zip\"}}]");
        Map<String, Properties> groups = PropertyGroups.read(file.toString());
        assertEquals("{A=1, B=2}", PropertyGroups.group(groups, "tidemark.sql").toString());
        assertEquals(
                "s3://b/k.zip",
                PropertyGroups.required(PropertyGroups.group(groups, "tidemark.runner"), "tidemark.runner", "sql.location"));
    }

    @Test
    void namesAMissingGroupAndThoseThatAreThere() {
        assertEquals(
                "The application has no property group tidemark.sql (it has [other]): add it to the application's"
                        + " environment properties",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> PropertyGroups.group(Map.of("other", new Properties()), "tidemark.sql"))
                        .getMessage());
    }

    @Test
    void namesAMissingOrEmptyProperty() {
        for (Map<String, String> group : new Map[] {Map.of("a", "1"), Map.of("a", "1", "sql.location", " ")}) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> PropertyGroups.required(group, "tidemark.runner", "sql.location"))
                    .getMessage();
            assertEquals("The property group tidemark.runner has no sql.location (it has " + group.keySet() + ")", message);
        }
    }
}
