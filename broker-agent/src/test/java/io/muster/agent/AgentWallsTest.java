package io.muster.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AgentWallsTest {
    private final JavaClasses agent =
            new ClassFileImporter().importPath(mainClasses().resolve("io/muster/agent"));

    private static Path mainClasses() {
        try {
            return Path.of(AgentSettings.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void brokerOnlyNodeLoadsNoRatisAndNoController() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.ratis..", "io.muster.metadata.log..", "io.muster.controller..", "io.muster.node..")
                .check(agent);
    }

    @Test
    void grpcStaysInRpc() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.muster.agent.rpc")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc..")
                .check(agent);
    }

    @Test
    void micrometerStaysInMetrics() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.muster.agent.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(agent);
    }

    @Test
    void coreHasNoThreadsAndReadsNoClock() {
        noClasses()
                .that()
                .resideInAPackage("io.muster.agent.core")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(agent);
    }
}
