/** The addresses of a URL that may name several, as servers read it: `redis://a:1,redis://b:2`, or `postgres://user@a:1,b:2/name`. */
export function addressesOf(url: string): readonly string[] {
  return url.split(/,(?=[a-z][a-z0-9+.-]*:\/\/)/i).flatMap((address) => {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(address)?.[0];
    if (authority === undefined) return [address];
    const hostsFrom = Math.max(authority.indexOf('://') + '://'.length, authority.lastIndexOf('@') + 1);
    const [before, after] = [address.slice(0, hostsFrom), address.slice(authority.length)];
    return authority
      .slice(hostsFrom)
      .split(',')
      .map((host) => `${before}${host}${after}`);
  });
}
