import { Button, PasswordInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { t } from '../../i18n/index.ts';
import { session } from '../../session.ts';
import { Card, Failure } from '../../ui/parts.tsx';

/** A new password for the page; other browsers are signed out by it. */
export function PasswordCard() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setDone(false);
    try {
      await api('/password', { body: { current, next } });
      setFailure(undefined);
      setDone(true);
      setCurrent('');
      setNext('');
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  return (
    <Card title={t('password.title')}>
      <form className="password-form" onSubmit={submit}>
        <input
          type="text"
          name="username"
          value={session.value?.who?.account ?? 'admin'}
          autoComplete="username"
          hidden
          readOnly
        />
        <PasswordInput
          id="password-current"
          label={t('password.current')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          onChange={(e) => setCurrent(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
        />
        <PasswordInput
          id="password-next"
          label={t('password.next')}
          description={t('claim.passwordHelp')}
          inputWrapperOrder={['label', 'input', 'description']}
          autoComplete="new-password"
          minLength={8}
          required
          withAsterisk={false}
          value={next}
          onChange={(e) => setNext(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
        />
        <Failure error={failure} />
        <p role="status">{done ? t('password.done') : ''}</p>
        <Button variant="default" type="submit" disabled={busy || current === '' || next === ''}>
          {t('password.submit')}
        </Button>
      </form>
    </Card>
  );
}
