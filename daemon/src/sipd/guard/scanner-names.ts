/**
 * Names by which scanning tools show themselves in User-Agent, in lower case; any text that holds one of
 * them is a scanner's. Tools whose names also stand on honest equipment are left to what they do.
 */
export const SCANNER_NAMES: readonly string[] = [
  'friendly-scanner', // SIPVicious, whatever its version
  'friendly-request',
  'sipvicious',
  'sipcli',
  'sip-scan',
  'sipscan',
  'sundayddr',
  'vaxsipuseragent',
  'vaxipuseragent',
  'pplsip',
  'smap ',
  'iwar',
  'siparmyknife',
  'sipcrack',
  'sipbomber',
  'sivus',
  'sipsscuser',
  'gulp',
  'masscan',
  'zgrab',
  'nmap',
  'scanner',
  'eyebeam release 3006o stamp 17551', // the forged name of a tool of 2011 that is still about
];

/** User parts of From that only scanners use. */
export const SCANNER_USERS: readonly string[] = ['sipvicious', 'friendly-scanner', 'nm'];

/** Whether a User-Agent or the user part of From is a scanner's. */
export function isScanner(userAgent: string, fromUser: string, more: readonly string[] = []): boolean {
  const agent = userAgent.slice(0, 256).toLowerCase();
  if (agent !== '' && [...SCANNER_NAMES, ...more].some((name) => name !== '' && agent.includes(name)))
    return true;
  return SCANNER_USERS.includes(fromUser.toLowerCase());
}
