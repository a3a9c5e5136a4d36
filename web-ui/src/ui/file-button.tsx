import { t } from '../i18n/index.ts';

/** Sound files that the box reads. */
export const soundFiles = 'audio/*,.wav,.mp3,.ogg,.opus';

/** Browsers know no type for some files, and for others one that is no sound. */
export const soundType = ({ type }: File): string =>
  type.startsWith('audio/') ? type : 'application/octet-stream';

interface Props {
  /** Of the input; the words beside it name it by this. */
  id: string;
  /** What it says on the button; otherwise that a file is to be chosen. */
  title?: string;
  /** What the browser offers: types and endings. */
  accept: string;
  disabled?: boolean;
  onFile(file: File): void;
}

/** A button that asks for a file. The browser's own speaks the browser's language; this one that of the page. */
export function FileButton({ id, title, accept, disabled = false, onFile }: Props) {
  return (
    <span className="file-button">
      <input
        id={id}
        type="file"
        className="sr-only"
        accept={accept}
        disabled={disabled}
        onChange={(event) => {
          const input = event.currentTarget;
          const file = input.files?.[0];
          // Chosen again, the same file is a choice too: it may have been mended.
          input.value = '';
          if (file) onFile(file);
        }}
      />
      <label htmlFor={id} className="button">
        {title ?? t('file.choose')}
      </label>
    </span>
  );
}
