/** A private certificate authority made with openssl, for tests of TLS. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Issued {
  key: string;
  cert: string;
}

export interface Subject {
  /** Entries of subjectAltName as openssl writes them (`DNS:a.ru,URI:sip:a.ru`); none: no such extension. */
  names?: string;
  commonName?: string;
  /** First and last day as openssl takes them (YYYYMMDDHHMMSSZ); by default it is valid now. */
  from?: string;
  until?: string;
}

/** Everything lies in `dir`, a folder of the test's own. */
export class Authority {
  readonly cert: string;
  readonly #dir: string;
  #serial = 0;

  constructor(dir: string) {
    this.#dir = dir;
    this.#openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key');
    const made = ['req', '-x509', '-new', '-key', 'ca.key', '-days', '30', '-subj', '/CN=Test authority'];
    this.#openssl(...made, '-out', 'ca.crt');
    this.cert = this.#read('ca.crt');
    writeFileSync(join(dir, 'index'), '');
    writeFileSync(
      join(dir, 'ca.conf'),
      '[ca]\ndefault_ca=x\n[x]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n',
    );
  }

  /** A key and a certificate of this authority for it. */
  issue(subject: Subject): Issued {
    const n = `c${this.#serial++}`;
    this.#openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${n}.key`);
    this.#openssl(
      'req',
      '-new',
      '-key',
      `${n}.key`,
      '-subj',
      `/CN=${subject.commonName ?? n}`,
      '-out',
      `${n}.csr`,
    );
    const extensions = subject.names ? `subjectAltName=${subject.names}` : 'basicConstraints=CA:FALSE';
    writeFileSync(join(this.#dir, `${n}.ext`), `${extensions}\n`);
    const days = subject.until ? ['-enddate', subject.until] : ['-days', '2'];
    const first = subject.from ? ['-startdate', subject.from] : [];
    const ca = ['ca', '-batch', '-config', 'ca.conf', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-notext'];
    this.#openssl(...ca, '-in', `${n}.csr`, '-extfile', `${n}.ext`, ...first, ...days, '-out', `${n}.crt`);
    return { key: this.#read(`${n}.key`), cert: this.#read(`${n}.crt`) };
  }

  /** A certificate that nobody but itself vouches for. */
  selfSigned(names: string): Issued {
    const n = `s${this.#serial++}`;
    this.#openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${n}.key`);
    const made = ['req', '-x509', '-new', '-key', `${n}.key`, '-days', '2', '-subj', '/CN=self'];
    this.#openssl(...made, '-addext', `subjectAltName=${names}`, '-out', `${n}.crt`);
    return { key: this.#read(`${n}.key`), cert: this.#read(`${n}.crt`) };
  }

  #read(name: string): string {
    return readFileSync(join(this.#dir, name), 'utf8');
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#dir, stdio: 'ignore', timeout: 20_000 });
  }
}
