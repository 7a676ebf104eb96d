package io.muster.testkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;

/** The walls of the house: which room knows what. */
@AnalyzeClasses(packages = "io.muster", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    /** Main classes only, wherever the build puts the tests. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return new DoNotIncludeTests().includes(location) && !location.contains("/test/");
        }
    }

    /** Rooms where time and randomness are parameters and nothing blocks. */
    private static final String[] PURE = {
        "io.muster.metadata.image",
        "io.muster.metadata.record",
        "io.muster.metadata.log",
        "io.muster.metadata.log.memory",
        "io.muster.controller.decide",
        "io.muster.controller.placement",
        "io.muster.controller.liveness",
        "io.muster.agent.core"
    };

    /** The controller's core lives beside its shell. */
    private static final DescribedPredicate<JavaClass> ARE_PURE = resideInAnyPackage(PURE)
            .or(
                    DescribedPredicate.describe(
                            "the controller's core",
                            c -> c.getName()
                                    .matches(
                                            "io\\.muster\\.controller\\.(ControllerCore|Duties|Speculation|Releases)(\\$.*)?")));

    private static final DescribedPredicate<JavaClass> THE_OUTSIDE = resideInAnyPackage(
            "org.apache.ratis..",
            "io.grpc..",
            "java.net..",
            "java.net.http..",
            "com.sun.net.httpserver..",
            "io.micrometer..",
            "java.io",
            "java.nio.file..",
            "java.nio.channels..");

    @ArchTest
    static final ArchRule PURE_ROOMS_KNOW_NO_OUTSIDE =
            noClasses().that(ARE_PURE).should().dependOnClassesThat(THE_OUTSIDE.and(notSerializable()));

    @ArchTest
    static final ArchRule PURE_ROOMS_START_NO_THREAD = noClasses()
            .that(ARE_PURE)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.Thread")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.(Executors|.*ExecutorService|ThreadFactory|locks\\..*)");

    @ArchTest
    static final ArchRule PURE_ROOMS_READ_NO_CLOCK = noClasses()
            .that(ARE_PURE)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule PURE_ROOMS_THROW_NO_DICE = noClasses()
            .that(ARE_PURE)
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Random|concurrent\\.ThreadLocalRandom|UUID)|java\\.security\\.SecureRandom");

    @ArchTest
    static final ArchRule RATIS_IS_TOUCHED_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackages("io.muster.metadata.log.ratis..", "io.muster.metadata.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule GRPC_IS_TOUCHED_IN_RPC = noClasses()
            .that()
            .resideOutsideOfPackages("io.muster..rpc..", "io.muster.node..", "io.muster.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.grpc..");

    @ArchTest
    static final ArchRule METERS_ARE_IN_METRICS = noClasses()
            .that()
            .resideOutsideOfPackages("io.muster..metrics..", "io.muster.node..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule THE_AGENT_KNOWS_NO_CONTROLLER = noClasses()
            .that()
            .resideInAPackage("io.muster.agent..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.muster.controller.."));

    @ArchTest
    static final ArchRule A_BROKER_LOADS_NO_LOG_OF_ITS_OWN = noClasses()
            .that()
            .resideInAPackage("io.muster.agent..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.muster.metadata.log..", "io.muster.metadata.storage.."));

    @ArchTest
    static final ArchRule METADATA_POINTS_AT_NOBODY = noClasses()
            .that()
            .resideInAPackage("io.muster.metadata..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.muster.controller..",
                    "io.muster.agent..",
                    "io.muster.node..",
                    "io.muster.testkit..",
                    "io.muster.cli.."));

    @ArchTest
    static final ArchRule THE_CONTROLLER_POINTS_BACK_ONLY = noClasses()
            .that()
            .resideInAPackage("io.muster.controller..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.muster.agent..", "io.muster.node..", "io.muster.testkit..", "io.muster.cli.."));

    private static DescribedPredicate<JavaClass> notSerializable() {
        return DescribedPredicate.not(DescribedPredicate.describe(
                "java.io.Serializable", c -> c.getName().equals("java.io.Serializable")));
    }
}
