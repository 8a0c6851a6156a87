/** Addresses that lead to this machine, its network, or nowhere in particular: what a stranger must not make a server call. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
] as const;

// Those that carry an IPv4 address inside (mapped, translated, 6to4, Teredo) are refused as a whole.
const V6 = [
  ...['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
  ...['2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
] as const;

/** Also true for what is no address. Source: IANA special-purpose address registries. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.split('%', 1)[0] ?? '';
  if (isIPv4(plain)) return listOf(V4, 'ipv4').check(plain, 'ipv4');
  return isIPv6(plain) ? listOf(V6, 'ipv6').check(plain, 'ipv6') : true;
}

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits = ''] = network.split('/');
    list.addSubnet(base, Number(bits), family);
  }
  return list;
}
