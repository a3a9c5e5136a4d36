import { KAMAILIO_IN_DIALOGS, type Kamailio, kamailioHead, runKamailio } from './kamailio.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

/** An operator with RFC 5626: a registrar, and edge proxies before it (Debian: kamailio, kamailio-outbound-modules). */
export interface OutboundOperator {
  readonly registrar: Kamailio;
  readonly edges: readonly Kamailio[];
}

/** `elsewhere`: where calls go whose number nobody registered, `host:port`; `hosts`: of the edges, one each. */
export async function startOutboundOperator(
  t: Test,
  hosts: readonly string[],
  elsewhere: string,
): Promise<OutboundOperator> {
  const registrar = await runKamailio(t, (host, port) => registrarConfiguration(host, port, elsewhere));
  const next = `${registrar.host}:${registrar.port}`;
  const edges = await Promise.all(
    hosts.map((at) => runKamailio(t, (host, port) => edgeConfiguration(host, port, next), at)),
  );
  return { registrar, edges };
}

const head = (
  host: string,
  port: number,
  modules: readonly string[],
): string => `${kamailioHead(host, port, modules)}modparam("tm", "failure_reply_mode", 3)
modparam("tm", "fr_timer", 700)
modparam("rr", "enable_full_lr", 1)
`;

/** RFC 5626 6: keeps every flow of an instance, takes one for a call, and the next when that is broken. */
function registrarConfiguration(host: string, port: number, elsewhere: string): string {
  const modules = ['tm', 'tmx', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'usrloc', 'registrar'];
  return `${head(host, port, modules)}
modparam("tm", "contact_flows_avp", "tm_contact_flows")
modparam("tm", "contacts_avp", "tm_contacts")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "method_filtering", 0)
modparam("registrar", "use_path", 1)
modparam("registrar", "outbound_mode", 1)

request_route {
${KAMAILIO_IN_DIALOGS}  remove_hf("Route");
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) { save("location"); exit; }
  record_route();
  if (!lookup("location")) { $du = "sip:${elsewhere}"; t_relay(); exit; }
  if (!t_load_contacts() || !t_next_contacts()) { sl_send_reply("500", "No contacts"); exit; }
  t_on_branch_failure("FLOWS");
  t_relay();
}

event_route[tm:branch-failure:FLOWS] {
  if (t_check_status("403|430") || (t_branch_timeout() && !t_branch_replied())) {
    if (t_next_contact_flow()) { t_on_branch_failure("FLOWS"); t_relay(); }
  }
}
`;
}

/** RFC 5626 5: puts a token of the flow into Path and Record-Route, and says 430 where the flow is broken. */
function edgeConfiguration(host: string, port: number, registrar: string): string {
  const modules = ['tm', 'sl', 'outbound', 'rr', 'path', 'pv', 'maxfwd', 'textops', 'siputils', 'stun'];
  return `${head(host, port, modules)}
modparam("rr", "append_fromtag", 0)

request_route {
${KAMAILIO_IN_DIALOGS}  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:${registrar}";
    t_relay();
    exit;
  }
  record_route();
  if (@via[2] == "") {
    remove_hf("Route");
    $du = "sip:${registrar}";
  } else {
    if (!loose_route()) { sl_send_reply("403", "Forbidden"); exit; }
    t_on_failure("OUTBOUND");
  }
  t_relay();
}

onreply_route {
  if (!t_check_trans()) drop;
  if ($rm == "REGISTER" && $rs >= 200 && $rs <= 299) {
    remove_hf("Flow-Timer");
    if ($(hdr(Require)[*]) =~ "outbound") insert_hf("Flow-Timer: 20\\r\\n", "Call-ID");
  }
}

failure_route[OUTBOUND] {
  if (t_branch_timeout() || !t_branch_replied()) send_reply("430", "Flow Failed");
}
`;
}
