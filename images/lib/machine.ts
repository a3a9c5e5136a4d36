import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

const bootloader = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
/** As much as the smallest board that is meant has, MB. */
const MEMORY_MB = 1024;

export interface MachineOptions {
  /** The image. It is copied, unless `writable`: what the machine writes is gone with it. */
  disk: string;
  writable?: boolean;
  /** A tap device of this network namespace that is the box's wire; without it, user-mode networking with `http` and `sip`. */
  tap?: string;
  /** Ports of 127.0.0.1 that lead to the box's page and SIP. */
  http?: number;
  sip?: number;
  /** Where the simulator of the line card listens; the box has it on its serial port. */
  card?: { host: string; port: number };
  /** More disks, read-only: what somebody plugs in. */
  media?: readonly string[];
  /** A shell on the second serial port for the tests, asked for at the bootloader as a technician would. */
  shell?: boolean;
}

/** The emulated board: QEMU's "virt" with U-Boot, a disk, a network, a watchdog and two serial ports beside the console. */
export class Machine {
  /** All that the console has said. */
  console = '';
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #began = performance.now();
  #console!: Socket;
  #shell: Socket | undefined;
  #shellText = '';
  #read = 0;
  #commands = 0;

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'linegate-machine-'));
    let { disk } = options;
    if (!options.writable) {
      disk = join(folder, 'disk.img');
      run('cp', ['--sparse=always', options.disk, disk]);
    }
    const paths = { console: join(folder, 'console'), shell: join(folder, 'shell') };
    // Emulation takes whatever the machine has; people at work on it come first.
    const child = spawn(
      'nice',
      ['-n', '15', 'qemu-system-aarch64', ...Machine.#arguments(options, disk, paths)],
      {
        stdio: ['ignore', openSync(join(folder, 'qemu.log'), 'w'), openSync(join(folder, 'qemu.err'), 'w')],
      },
    );
    const machine = new Machine(child, folder);
    machine.#console = await opened(paths.console);
    machine.#console.on('data', (data) => {
      machine.console += data.toString('latin1');
    });
    if (options.shell) {
      machine.#shell = await opened(paths.shell);
      machine.#shell.on('data', (data) => {
        machine.#shellText += data.toString('latin1');
      });
      await machine.expect(/Hit any key to stop autoboot/, 60);
      machine.#console.write('\r');
      await machine.expect(/=> /, 30);
      machine.#console.write('setenv linegate_extra systemd.debug_shell=ttyS1; boot\r');
    }
    return machine;
  }

  static #arguments(o: MachineOptions, disk: string, paths: { console: string; shell: string }): string[] {
    const forward = [
      o.http === undefined ? '' : `,hostfwd=tcp:127.0.0.1:${o.http}-:80`,
      o.sip === undefined ? '' : `,hostfwd=udp:127.0.0.1:${o.sip}-:5060`,
    ].join('');
    const chardev = (id: string, path: string): string[] => [
      '-chardev',
      `socket,id=${id},path=${path},server=on,wait=off`,
    ];
    const card = o.card
      ? ['-chardev', `socket,id=card,host=${o.card.host},port=${o.card.port},reconnect=1`]
      : ['-chardev', 'null,id=card'];
    const media = (o.media ?? []).flatMap((file, i) => [
      '-drive',
      `if=none,id=media${i},file=${file},format=raw,readonly=on`,
      '-device',
      `virtio-blk-pci,drive=media${i},serial=MEDIA${i}`,
    ]);
    return [
      ...[
        '-M',
        'virt',
        '-cpu',
        'cortex-a72',
        '-smp',
        '2',
        '-m',
        String(MEMORY_MB),
        '-accel',
        'tcg,thread=multi',
      ],
      ...['-bios', bootloader, '-display', 'none', '-monitor', 'none'],
      ...['-drive', `if=none,id=disk,file=${disk},format=raw,cache=writeback`],
      ...['-device', 'virtio-blk-pci,drive=disk,serial=SYSTEM', ...media],
      ...['-device', 'i6300esb', '-action', 'watchdog=reset'],
      ...['-netdev', o.tap ? `tap,id=net,ifname=${o.tap},script=no,downscript=no` : `user,id=net${forward}`],
      ...['-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-object', 'rng-random,filename=/dev/urandom,id=random', '-device', 'virtio-rng-pci,rng=random'],
      ...chardev('console', paths.console),
      ...['-serial', 'chardev:console', ...card, '-device', 'pci-serial,chardev=card'],
      ...(o.shell ? [...chardev('shell', paths.shell), '-device', 'pci-serial,chardev=shell'] : []),
    ];
  }

  /** Since the power was switched on, s. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Waits until the console says something new of this kind. @throws Error with the console's last words */
  async expect(what: RegExp, seconds: number): Promise<RegExpExecArray> {
    const until = this.seconds + seconds;
    for (;;) {
      const found = what.exec(this.console.slice(this.#read));
      if (found) {
        this.#read += found.index + found[0].length;
        return found;
      }
      if (this.#process.exitCode !== null) throw new Error(`QEMU has ended with ${this.#process.exitCode}`);
      if (this.seconds > until)
        throw new Error(
          `the console did not say ${what} within ${seconds} s; its last words:\n${this.console.slice(-1500)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs a command in the box. @returns what it printed and its exit status */
  async run(command: string, seconds = 60): Promise<{ status: number; text: string }> {
    const shell = this.#shell;
    if (!shell) throw new Error('this machine was started without a shell');
    const mark = `done-${++this.#commands}`;
    const from = this.#shellText.length;
    // In two parts, so that the echo of the command is not taken for its end.
    shell.write(`${command}; echo "do""ne-${this.#commands}:$?:"\n`);
    const until = this.seconds + seconds;
    for (;;) {
      const text = this.#shellText.slice(from).replaceAll('\r', '');
      const end = new RegExp(`${mark}:(\\d+):`).exec(text);
      if (end) return { status: Number(end[1]), text: text.slice(text.indexOf('\n') + 1, end.index).trim() };
      if (this.seconds > until)
        throw new Error(`"${command}" took longer than ${seconds} s: ${text.slice(-500)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Pulls the plug. */
  async off(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    this.#console.destroy();
    this.#shell?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function opened(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      socket.on('error', () => {});
      return socket;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
