import { Button } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError, ConfigView, PinRequest, PinView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { Row, Tick } from '../../form/rows.tsx';
import { say, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/icons.tsx';
import { Failure } from '../../ui/parts.tsx';

interface Props {
  pin: PinView | undefined;
  view: ConfigView;
  onDone(): void;
  onCancel(): void;
}

/** A PIN: its digits are typed or drawn by lot, shown while the form is open, and never again. */
export function PinForm({ pin, view, onDone, onCancel }: Props) {
  const [request, setRequest] = useState<PinRequest>(() => ({
    name: pin?.name ?? '',
    enabled: pin?.enabled ?? true,
    classOfService: pin?.classOfService ?? view.config.classesOfService[0]?.id ?? '',
    outside: pin?.outside ?? false,
    followOn: pin?.followOn ?? true,
    transfer: pin?.transfer ?? true,
    ...(pin?.costCentre !== undefined && { costCentre: pin.costCentre }),
    ...(pin?.userNumber !== undefined && { userNumber: pin.userNumber }),
    ...(pin?.expires !== undefined && { expires: pin.expires }),
  }));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const set = (part: Partial<PinRequest>): void => setRequest({ ...request, ...part });
  const length = view.config.accessNumbers[0]?.pinLength ?? 6;

  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      onDone();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    void run(() =>
      pin ? api(`/pins/${pin.id}`, { method: 'PUT', body: request }) : api('/pins', { body: request }),
    );
  };
  const remove = (): void => {
    if (pin && confirm(t('form.removeQuestion', { what: pin.name }))) {
      void run(() => api(`/pins/${pin.id}`, { method: 'DELETE' }));
    }
  };
  const errorAt = (key: string): string =>
    (failure?.issues ?? [])
      .filter((i) => i.path.endsWith(`/${key}`))
      .map((i) => say(i.said))
      .join(' ');

  return (
    <form className="item-form" onSubmit={save} noValidate data-section="pins">
      <div className="item-form-body">
        <p className="lead">{t('pins.lead')}</p>
        <Row id="pin-name" title={t('pins.name')} error={errorAt('name')} required>
          <input
            id="pin-name"
            value={request.name}
            maxLength={64}
            onChange={(e) => set({ name: e.currentTarget.value })}
          />
        </Row>
        <Row
          id="pin-digits"
          title={t('pins.digits')}
          help={pin ? t('pins.keepHelp') : t('pins.digitsHelp')}
          error={errorAt('pin')}
        >
          <span className="with-button">
            <input
              id="pin-digits"
              inputMode="numeric"
              autoComplete="off"
              className="code"
              maxLength={12}
              placeholder={pin ? '•'.repeat(pin.length) : ''}
              value={request.pin ?? ''}
              aria-invalid={errorAt('pin') !== ''}
              aria-describedby="pin-digits-help pin-digits-error"
              onChange={(e) => set({ pin: e.currentTarget.value.replace(/\D/g, '') })}
            />
            <Button
              variant="default"
              onClick={() => set({ pin: drawn(request.outside ? Math.max(8, length) : length) })}
            >
              {t('pins.draw')}
            </Button>
          </span>
        </Row>
        <Row id="pin-class" title={t('pins.class')} error={errorAt('classOfService')}>
          <select
            id="pin-class"
            value={request.classOfService}
            onChange={(e) => set({ classOfService: e.currentTarget.value })}
          >
            {view.config.classesOfService.map((c) => (
              <option key={c.id} value={c.id}>
                {c.name}
              </option>
            ))}
          </select>
        </Row>
        <Row id="pin-cost" title={t('pins.costCentre')} error={errorAt('costCentre')}>
          <select
            id="pin-cost"
            value={request.costCentre ?? ''}
            onChange={(e) => set({ costCentre: e.currentTarget.value })}
          >
            <option value="">{t('form.none')}</option>
            {view.config.costCentres.map((c) => (
              <option key={c.id} value={c.id}>
                {c.name}
              </option>
            ))}
          </select>
        </Row>
        <Row id="pin-expires" title={t('pins.expires')} error={errorAt('expires')}>
          <input
            id="pin-expires"
            type="date"
            value={request.expires ?? ''}
            onChange={(e) => set({ expires: e.currentTarget.value })}
          />
        </Row>
        <Tick
          id="pin-outside"
          title={t('pins.outside')}
          help={t('pins.outsideHelp')}
          on={request.outside}
          onSet={(outside) => set({ outside })}
        />
        {request.outside && (
          <Row
            id="pin-user"
            title={t('pins.userNumber')}
            help={t('pins.userNumberHelp')}
            error={errorAt('userNumber')}
          >
            <input
              id="pin-user"
              inputMode="numeric"
              maxLength={6}
              value={request.userNumber ?? ''}
              aria-describedby="pin-user-help"
              onChange={(e) => set({ userNumber: e.currentTarget.value.replace(/\D/g, '') })}
            />
          </Row>
        )}
        <Tick
          id="pin-follow-on"
          title={t('pins.followOn')}
          help={t('pins.followOnHelp')}
          on={request.followOn}
          onSet={(followOn) => set({ followOn })}
        />
        <Tick
          id="pin-transfer"
          title={t('pins.transfer')}
          help={t('pins.transferHelp')}
          on={request.transfer}
          onSet={(transfer) => set({ transfer })}
        />
        <Tick
          id="pin-enabled"
          title={t('pins.enabled')}
          on={request.enabled}
          onSet={(enabled) => set({ enabled })}
        />
      </div>
      <footer className="item-form-foot">
        <Failure error={failure} />
        <p className="scope">
          <Icon name="clock" size={16} /> {t('scope.next-call')}
        </p>
        <div className="actions">
          <Button
            className="primary"
            type="submit"
            disabled={busy || request.name === '' || (!pin && !request.pin)}
          >
            {t('form.save')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('form.cancel')}
          </Button>
          {pin && (
            <Button variant="subtle" color="red" disabled={busy} onClick={remove}>
              <Icon name="trash" size={16} /> {t('form.delete')}
            </Button>
          )}
        </div>
      </footer>
    </form>
  );
}

/** Digits by lot, each equally likely (rejecting the bytes that would favour some). */
function drawn(length: number): string {
  let digits = '';
  while (digits.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < 250 && digits.length < length) digits += String(byte % 10);
    }
  }
  return digits;
}
