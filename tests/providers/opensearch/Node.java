/* Node.java - one real OpenSearch node on a loopback port, without security.
 *
 * Started by: tests/providers/suite_opensearch.py, as
 * `java -cp "lib/*" Node.java FOLDER`. Prints "ready PORT" and runs until its
 * standard input is closed. */
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.transport.Netty4Plugin;

public class Node extends org.opensearch.node.Node {
    Node(Settings settings) {
        super(InternalSettingsPreparer.prepareEnvironment(
                  settings, Map.of(), Path.of(settings.get("path.home"), "config"),
                  () -> "test"),
              List.of(Netty4Plugin.class), false);
    }

    public static void main(String[] args) throws Exception {
        Settings settings = Settings.builder()
            .put("path.home", args[0])
            .put("path.data", args[0] + "/data")
            .put("path.logs", args[0] + "/logs")
            .put("cluster.name", "test")
            .put("node.name", "test")
            .put("discovery.type", "single-node")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("network.host", "127.0.0.1")
            .put("http.port", "0")
            .put("transport.port", "0")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        try (Node node = new Node(settings)) {
            node.start();
            int port = node.injector().getInstance(HttpServerTransport.class)
                .boundAddress().publishAddress().getPort();
            System.out.println("ready " + port);
            while (System.in.read() >= 0)
                continue;
        }
    }
}
