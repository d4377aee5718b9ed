import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { isBinarySize } from "@web/core/utils/binary";
import { url } from "@web/core/utils/urls";
import { PdfViewerField } from "@web/views/fields/pdf_viewer/pdf_viewer_field";

/**
 * A file as a person looks at it: a PDF in the reader, a picture as one, also before it is saved.
 * Which of them it is stands in the field of the same name with `_kind`.
 */
export class CollectionPreviewField extends PdfViewerField {
    static template = "account_collection.PreviewField";

    get kind() {
        return this.props.record.data[`${this.props.name}_kind`];
    }

    get urlFile() {
        const value = this.props.record.data[this.props.name];
        if (isBinarySize(value)) {
            const { resModel: model, resId: id } = this.props.record;
            return url("/web/content", { model, id, field: this.props.name });
        }
        if (this.value !== value) {
            this.value = value;
            const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
            const type = this.kind === "pdf" ? "application/pdf" : "";
            URL.revokeObjectURL(this.blobUrl);
            this.blobUrl = URL.createObjectURL(new Blob([bytes], { type }));
        }
        return this.blobUrl;
    }
}

registry.category("fields").add("collection_preview", {
    component: CollectionPreviewField,
    displayName: _t("Preview of a PDF or picture"),
    supportedTypes: ["binary"],
});
