package e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * {@code Setup BOOTSTRAP TOPIC (client=PRINCIPAL | admin=PRINCIPAL)...} creates the topic and the rights, on a new broker.
 *
 * <p>A client may use every topic whose name starts with TOPIC, every group and every transactional id; an admin may do everything.
 */
public final class Setup {
    private static final ResourcePattern CLUSTER = new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);

    private final List<AclBinding> acls = new ArrayList<>();

    private Setup() {}

    public static void main(String[] args) throws Exception {
        Setup setup = new Setup();
        for (String grant : List.of(args).subList(2, args.length)) {
            String principal = "User:" + grant.substring(grant.indexOf('=') + 1);
            if (grant.startsWith("client=")) setup.client(principal, args[1]);
            else if (grant.startsWith("admin=")) setup.admin(principal);
            else throw new IllegalArgumentException(grant + ": neither client= nor admin=");
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0], "default.api.timeout.ms", 30_000))) {
            admin.createTopics(List.of(new NewTopic(args[1], 1, (short) 1))).all().get();
            admin.createAcls(setup.acls).all().get();
        }
    }

    private void client(String who, String topic) {
        allow(who, new ResourcePattern(ResourceType.TOPIC, topic, PatternType.PREFIXED),
                AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
        allow(who, every(ResourceType.GROUP), AclOperation.READ, AclOperation.DESCRIBE);
        allow(who, every(ResourceType.TRANSACTIONAL_ID), AclOperation.WRITE, AclOperation.DESCRIBE);
        allow(who, CLUSTER, AclOperation.IDEMPOTENT_WRITE);
    }

    private void admin(String who) {
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID))
            allow(who, every(type), AclOperation.ALL);
        allow(who, CLUSTER, AclOperation.ALL);
    }

    private static ResourcePattern every(ResourceType type) {
        return new ResourcePattern(type, "*", PatternType.LITERAL);
    }

    private void allow(String who, ResourcePattern what, AclOperation... operations) {
        for (AclOperation operation : operations)
            acls.add(new AclBinding(what, new AccessControlEntry(who, "*", operation, AclPermissionType.ALLOW)));
    }
}
