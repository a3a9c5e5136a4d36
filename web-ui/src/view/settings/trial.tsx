import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import type { ApiError, TrialStarted } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { say, t } from '../../i18n/index.ts';
import { changed } from '../../query.ts';
import { Store } from '../../store.ts';
import { Failure } from '../../ui/parts.tsx';

interface Running extends TrialStarted {
  /** On the clock of this page, ms. */
  ends: number;
}

const running = new Store<Running | undefined>(undefined);

/** A change could cut this page off: it is counted down until somebody confirms it. */
export function onTrial(trial: TrialStarted): void {
  running.value = { ...trial, ends: performance.now() + trial.leftMs };
}

/** Where the page is to be opened now; undefined: where it is open already. */
function newPlace({ address, securePort, key }: Running): { href: string; shown: string } | undefined {
  const { protocol, hostname, port } = location;
  const secure = securePort !== undefined || protocol === 'https:';
  const host = address ?? hostname;
  const at = securePort === undefined ? port : securePort === 443 ? '' : String(securePort);
  const origin = `${secure ? 'https' : 'http'}://${host}${at === '' ? '' : `:${at}`}`;
  return origin === location.origin
    ? undefined
    : { href: `${origin}/#confirm=${key}`, shown: origin.replace(/^https?:\/\//, '') };
}

/** Counts down what is on trial; nothing else is done until it is decided. */
export function TrialNotice() {
  const trial = running.use();
  const [left, setLeft] = useState(0);
  const [failure, setFailure] = useState<ApiError['error']>();
  useEffect(() => {
    if (!trial) return;
    const look = (): void => {
      const seconds = Math.ceil((trial.ends - performance.now()) / 1000);
      setLeft(Math.max(0, seconds));
      if (seconds > 0) return;
      running.value = undefined;
      changed('config');
      notifications.show({ color: 'yellow', message: t('trial.over'), autoClose: false });
    };
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [trial]);
  if (!trial) return null;
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      setFailure(undefined);
      running.value = undefined;
    } catch (error) {
      setFailure(failureOf(error));
    }
    changed('config');
  };
  const place = newPlace(trial);
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      title={t('trial.title')}
      closeOnClickOutside={false}
      closeOnEscape={false}
      transitionProps={{ duration: 0 }}
    >
      <Stack data-trial>
        <Text>{t(place ? 'trial.elsewhere' : 'trial.here')}</Text>
        <Text fw={600}>{t('trial.left', { n: left })}</Text>
        <Failure error={failure} />
        <Group>
          {place ? (
            <Button component="a" href={place.href}>
              {t('trial.open', { address: place.shown })}
            </Button>
          ) : (
            <Button onClick={() => void act(() => api('/trial/confirm', { body: { key: trial.key } }))}>
              {t('trial.confirm')}
            </Button>
          )}
          <Button variant="default" onClick={() => void act(() => api('/trial', { method: 'DELETE' }))}>
            {t('trial.revert')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Opened at the new address with the key behind it: the change is confirmed, before anybody signs in here. */
export async function confirmByAddress(): Promise<void> {
  const key = /^#confirm=([0-9a-f]{32})$/.exec(location.hash)?.[1];
  if (key === undefined) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    await api('/trial/confirm', { body: { key } });
    notifications.show({ color: 'green', message: t('trial.confirmed'), autoClose: false });
  } catch (error) {
    notifications.show({ color: 'red', message: say(failureOf(error).said), autoClose: false });
  }
}
