package e2e;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;

/**
 * Kafka's own check of a JWT, and SASL extensions that must have one given value each, as on Confluent Cloud.
 *
 * <p>Broker properties: {@code e2e.extensions.logicalCluster} and {@code e2e.extensions.identityPoolId}.
 */
public final class ExtensionsValidator extends OAuthBearerValidatorCallbackHandler {
    private static final List<String> NAMES = List.of("logicalCluster", "identityPoolId");
    private Map<String, ?> configs = Map.of();

    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaas) {
        super.configure(configs, mechanism, jaas);
        this.configs = configs;
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerExtensionsValidatorCallback request) NAMES.forEach(name -> check(request, name));
            else super.handle(new Callback[] {callback});
        }
    }

    private void check(OAuthBearerExtensionsValidatorCallback request, String name) {
        String given = request.inputExtensions().map().get(name);
        if (given == null) request.error(name, "missing");
        else if (!given.equals(configs.get("e2e.extensions." + name))) request.error(name, "unknown value");
        else request.valid(name);
    }
}
