/** The sound of a prompt, as it is stored. */
export interface PromptSound {
  bytes: number;
  /** Length, s. */
  seconds: number;
  /** When it was uploaded, wall-clock ms. */
  at: number;
}

/** A prompt of the configuration, and what is uploaded for it. */
export interface PromptView {
  id: string;
  name: string;
  /** Spoken where there is no sound. */
  text: string;
  sound?: PromptSound;
  /** Places of the configuration that name it, as JSON pointers. */
  usedAt: string[];
}

/** GET /api/v1/prompts. */
export interface PromptsView {
  prompts: PromptView[];
  /** Which is being recorded at a telephone, and at which extension. */
  recording?: { id: string; extension: string };
}
