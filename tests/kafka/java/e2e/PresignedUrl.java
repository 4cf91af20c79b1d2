package e2e;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * An MSK IAM token taken apart: base64url of {@code https://host[/path]?query}, presigned for {@code kafka-cluster:Connect}.
 * Only the form is checked here, the signature in {@link SigV4}.
 */
record PresignedUrl(
        String host, String path, TreeMap<String, String> query, String accessKeyId, String region, Instant signedAt, Duration validity) {
    private static final DateTimeFormatter AMZ_DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    static PresignedUrl parse(String token) throws Refused {
        String url = decode(token);
        Refused.unless(url.startsWith("https://"), "the URL is not https");
        int mark = url.indexOf('?');
        Refused.unless(mark > 0, "the URL has no query");
        String authority = url.substring("https://".length(), mark);
        int slash = authority.indexOf('/');
        String host = slash < 0 ? authority : authority.substring(0, slash);
        // Java's signer leaves the path out; "/" is what was signed then.
        String path = slash < 0 ? "/" : authority.substring(slash);
        TreeMap<String, String> query = parameters(url.substring(mark + 1));

        expect(query, "Action", "kafka-cluster:Connect");
        expect(query, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        expect(query, "X-Amz-SignedHeaders", "host");
        String date = required(query, "X-Amz-Date");
        String[] scope = required(query, "X-Amz-Credential").split("/", -1);
        Refused.unless(
                scope.length == 5 && scope[3].equals("kafka-cluster") && scope[4].equals("aws4_request"),
                "the scope is not KEY/DATE/REGION/kafka-cluster/aws4_request");
        Refused.unless(date.startsWith(scope[1] + "T"), "the date of the scope is not that of X-Amz-Date");
        return new PresignedUrl(host, path, query, scope[0], scope[2], instant(date), validity(query));
    }

    private static String decode(String token) throws Refused {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refused("the token is not base64url");
        }
    }

    private static TreeMap<String, String> parameters(String query) throws Refused {
        TreeMap<String, String> found = new TreeMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            Refused.unless(equals > 0, "a parameter has no name or no value");
            String name = PercentEncoding.decode(pair.substring(0, equals));
            String value = PercentEncoding.decode(pair.substring(equals + 1));
            Refused.unless(found.put(name, value) == null, "a parameter occurs twice");
        }
        return found;
    }

    private static String required(Map<String, String> query, String name) throws Refused {
        String value = query.get(name);
        Refused.unless(value != null, name + " is missing");
        return value;
    }

    private static void expect(Map<String, String> query, String name, String want) throws Refused {
        Refused.unless(required(query, name).equals(want), name + " is not " + want);
    }

    private static Instant instant(String date) throws Refused {
        try {
            return Instant.from(AMZ_DATE.parse(date));
        } catch (DateTimeException e) {
            throw new Refused("X-Amz-Date is not a date");
        }
    }

    private static Duration validity(Map<String, String> query) throws Refused {
        try {
            long seconds = Long.parseLong(required(query, "X-Amz-Expires"));
            // MSK takes at most 15 minutes; signers send 900 or, Java's, 899.
            Refused.unless(seconds >= 1 && seconds <= 900, "X-Amz-Expires is not within 1..=900");
            return Duration.ofSeconds(seconds);
        } catch (NumberFormatException e) {
            throw new Refused("X-Amz-Expires is not a number");
        }
    }
}
