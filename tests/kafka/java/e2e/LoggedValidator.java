package e2e;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;

/**
 * Kafka's own check of a JWT, and a line in the log for each login, so that tests can count the first ones and the repeated ones.
 *
 * <p>A test tells its clients apart by an extension {@code client}: no callback here knows the client's id.
 */
public final class LoggedValidator extends OAuthBearerValidatorCallbackHandler {
    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        super.handle(callbacks);
        for (Callback callback : callbacks) {
            // Comes after the token's own check, and also where there are no extensions.
            if (callback instanceof OAuthBearerExtensionsValidatorCallback request)
                System.err.println("OIDC login of " + request.token().principalName() + " by "
                        + request.inputExtensions().map().getOrDefault("client", "a client without a name") + ".");
        }
    }
}
