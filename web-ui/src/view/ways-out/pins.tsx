import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ConfigView, PinView } from '../../../../daemon/src/api/contract.ts';
import { api } from '../../api.ts';
import { shortTime } from '../../format/time.ts';
import { t } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, Sheet, State } from '../../ui/parts.tsx';
import { PinForm } from './pin-form.tsx';

/** PINs: who has one, what it allows, and how it stands. The digits are nowhere. */
export function PinsSection() {
  const now = boxNow.use();
  const pins = useBox<PinView[]>('/pins', 'config');
  const config = useBox<ConfigView>('/config', 'config');
  const [open, setOpen] = useState<PinView | 'new'>();
  const view = config.value;
  const list = pins.value;
  if (!view || !list) {
    return (
      <Card title={t('pins')}>
        {pins.failure ? <Failure error={pins.failure} /> : <p className="waiting">{t('loading')}</p>}
      </Card>
    );
  }
  const add = (
    <Button variant="default" data-add="pins" onClick={() => setOpen('new')}>
      <Icon name="plus" size={16} /> {t('pins.add')}
    </Button>
  );
  const done = (): void => {
    setOpen(undefined);
    pins.reload();
  };
  const unlock = async (id: string): Promise<void> => {
    await api(`/pins/${id}/unlock`, { body: {} }).catch(() => {});
    pins.reload();
  };
  return (
    <Card title={t('pins')} aside={list.length > 0 && add} className="list-section">
      {list.length === 0 ? (
        <Empty icon="key" action={add}>
          {t('pins.empty')}
        </Empty>
      ) : (
        <ul className="items">
          {list.map((pin) => {
            const locked = pin.lockedUntil !== undefined && pin.lockedUntil > now;
            return (
              <li key={pin.id} className="with-action">
                <button
                  type="button"
                  className={`item ${pin.enabled ? '' : 'disabled'}`}
                  data-item={`pins/${pin.id}`}
                  onClick={() => setOpen(pin)}
                >
                  <Icon name="key" />
                  <span className="item-words">
                    <span className="item-line">
                      <strong>{pin.name}</strong>
                      <span className="number" title={t('pins.hidden')}>
                        {'•'.repeat(pin.length)}
                      </span>
                      {locked && (
                        <State tone="attention">
                          {t('pins.locked', { time: shortTime(pin.lockedUntil ?? 0) })}
                        </State>
                      )}
                    </span>
                    <span className="dim">
                      {[
                        view.config.classesOfService.find((c) => c.id === pin.classOfService)?.name,
                        view.config.costCentres.find((c) => c.id === pin.costCentre)?.name,
                        pin.outside && t('pins.fromOutside'),
                        pin.expires && t('pins.until', { date: pin.expires }),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </span>
                  {!pin.enabled && <span className="tag">{t('off')}</span>}
                  <Icon name="right" size={16} />
                </button>
                {locked && (
                  <Button variant="default" onClick={() => void unlock(pin.id)}>
                    {t('pins.unlock')}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {open && (
        <Sheet title={open === 'new' ? t('pins.new') : open.name} onClose={() => setOpen(undefined)}>
          <PinForm
            pin={open === 'new' ? undefined : open}
            view={view}
            onDone={done}
            onCancel={() => setOpen(undefined)}
          />
        </Sheet>
      )}
    </Card>
  );
}
