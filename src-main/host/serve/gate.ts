import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const sameText = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
};

/** Names of this machine; any port, because `ssh -L` may show another one to the browser. */
const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/**
 * Who may come in. Loopback keeps out other machines, the Host check keeps out rebound names, Origin and Sec-Fetch-Site
 * keep out other pages of this machine, and the secret keeps out other people of this machine.
 */
export class Gate {
  /** In the address that is printed. */
  readonly token = randomBytes(24).toString('base64url');
  /** Cookies are shared by all ports of a host name: the name tells instances apart. */
  readonly cookieName = `diarist-${randomBytes(6).toString('hex')}`;
  readonly #secret = randomBytes(32).toString('base64url');

  /** false = the request was addressed to another name (DNS rebinding). */
  hostAllowed(headers: IncomingHttpHeaders): boolean {
    return loopbackHost.test(headers.host ?? '');
  }

  /** A request that another page started, on this machine or elsewhere. */
  isForeign(headers: IncomingHttpHeaders): boolean {
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return true;
    const site = headers['sec-fetch-site'];
    return site !== undefined && site !== 'same-origin' && site !== 'none';
  }

  /** The socket of a page of ours: browsers always name the origin there. */
  socketAllowed(headers: IncomingHttpHeaders): boolean {
    return (
      this.hostAllowed(headers) && headers.origin !== undefined && !this.isForeign(headers) && this.hasCookie(headers)
    );
  }

  tokenMatches(token: string | null): boolean {
    return token !== null && sameText(token, this.token);
  }

  hasCookie(headers: IncomingHttpHeaders): boolean {
    for (const part of (headers.cookie ?? '').split(';')) {
      const [name, value] = part.trim().split('=', 2);
      if (name === this.cookieName && value !== undefined && sameText(value, this.#secret)) return true;
    }
    return false;
  }

  setCookieHeader(): string {
    return `${this.cookieName}=${this.#secret}; HttpOnly; SameSite=Strict; Path=/`;
  }
}
