import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler;

/**
 * One MSK token of the Java signer, with the credentials of the environment: printed. With a number of tokens as the argument, that
 * many after as many for warm-up, and the microseconds of CPU time that one of them cost are printed.
 */
class Main {
    private final IAMOAuthBearerLoginCallbackHandler handler = new IAMOAuthBearerLoginCallbackHandler();

    public static void main(String[] args) throws Exception {
        // The signer takes its region from here.
        System.setProperty("aws.region", "us-east-1");
        Main main = new Main();
        main.handler.configure(Map.of(), OAuthBearerLoginModule.OAUTHBEARER_MECHANISM, List.of());
        if (args.length == 0) {
            System.out.println(main.token());
            return;
        }
        int tokens = Integer.parseInt(args[0]);
        main.many(tokens);
        long begin = cpuNanos();
        main.many(tokens);
        System.out.println((cpuNanos() - begin) / 1e3 / tokens);
    }

    private void many(int tokens) throws Exception {
        for (int made = 0; made < tokens; made++) {
            token();
        }
    }

    private String token() throws Exception {
        OAuthBearerTokenCallback callback = new OAuthBearerTokenCallback();
        handler.handle(new Callback[] {callback});
        return callback.token().value();
    }

    /** All threads, the compiler's and the garbage collector's too. */
    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
