package e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/**
 * Checks tokens as the brokers of Amazon MSK do.
 *
 * <p>Broker properties: {@code e2e.msk.region}, and {@code e2e.msk.credentials}, entries of
 * {@code access key id|secret|session token or nothing|principal} between semicolons.
 */
public final class MskIamValidator implements AuthenticateCallbackHandler {
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private record Identity(String secret, String sessionToken, String principal) {}

    private final Map<String, Identity> identities = new HashMap<>();
    private String region;

    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaas) {
        region = property(configs, "e2e.msk.region");
        for (String entry : property(configs, "e2e.msk.credentials").split(";")) {
            String[] field = entry.split("\\|", -1);
            if (field.length != 4) throw new IllegalArgumentException("e2e.msk.credentials: an entry has not four fields");
            identities.put(field[0], new Identity(field[1], field[2], field[3]));
        }
    }

    private static String property(Map<String, ?> configs, String name) {
        if (configs.get(name) instanceof String text) return text;
        throw new IllegalArgumentException(name + " is not set");
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerValidatorCallback request) validate(request);
            else if (callback instanceof OAuthBearerExtensionsValidatorCallback request) log(request);
            else throw new UnsupportedCallbackException(callback);
        }
    }

    /** A test names its clients by an extension, to count the logins of each: no callback here knows the client's id. */
    private static void log(OAuthBearerExtensionsValidatorCallback request) {
        Map<String, String> extensions = request.inputExtensions().map();
        extensions.keySet().forEach(request::valid);
        if (extensions.containsKey("client")) System.err.println("MSK IAM login of " + extensions.get("client") + ".");
    }

    private void validate(OAuthBearerValidatorCallback request) {
        try {
            request.token(accept(request.tokenValue(), Instant.now()));
        } catch (Refused e) {
            System.err.println("MSK IAM token refused: " + e.getMessage());
            request.error("invalid_token", null, null);
        }
    }

    private Accepted accept(String token, Instant now) throws Refused {
        PresignedUrl url = PresignedUrl.parse(token);
        Refused.unless(url.region().equals(region), "the region is not " + region);
        Refused.unless(url.host().equals("kafka." + region + ".amazonaws.com"), "the host is not that of the region");
        Identity identity = identities.get(url.accessKeyId());
        Refused.unless(identity != null, "the access key is unknown");
        String sessionToken = url.query().getOrDefault("X-Amz-Security-Token", "");
        Refused.unless(sessionToken.equals(identity.sessionToken()), "the session token is not that of the key");
        Instant end = url.signedAt().plus(url.validity());
        Refused.unless(now.isBefore(end), "the token has expired");
        Refused.unless(url.signedAt().isBefore(now.plus(CLOCK_SKEW)), "the token was signed in the future");
        SigV4.verify(url, identity.secret());
        return new Accepted(token, identity.principal(), url.signedAt().toEpochMilli(), end.toEpochMilli());
    }

    @Override
    public void close() {}

    private record Accepted(String value, String principalName, Long startTimeMs, long lifetimeMs) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        /** A record would print the token. */
        @Override
        public String toString() {
            return "token of " + principalName;
        }
    }
}
