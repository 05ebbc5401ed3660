/* Decodes every JPEG named on standard input to gray at 1/8 scale with libjpeg-turbo, in one process and one thread:
 * the yardstick for anything that looks at pixels. Prints how many, and the sum of all samples. */

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

struct failure {
    struct jpeg_error_mgr manager;
    jmp_buf out;
};

static void leave(j_common_ptr info) { longjmp(((struct failure *)info->err)->out, 1); }
static void be_quiet(j_common_ptr info, int level) { (void)info, (void)level; }

static unsigned char *whole(const char *path, unsigned long *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *length = (unsigned long)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*length);
    if (bytes && fread(bytes, 1, *length, file) != *length) { free(bytes); bytes = NULL; }
    fclose(file);
    return bytes;
}

static int decode(const unsigned char *bytes, unsigned long length, unsigned long long *sum) {
    struct jpeg_decompress_struct jpeg;
    struct failure failure;
    jpeg.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = leave;
    failure.manager.emit_message = be_quiet;
    if (setjmp(failure.out)) { jpeg_destroy_decompress(&jpeg); return 0; }
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes, length);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_GRAYSCALE;
    jpeg.scale_num = 1;
    jpeg.scale_denom = 8;
    jpeg_start_decompress(&jpeg);
    JSAMPARRAY row = (*jpeg.mem->alloc_sarray)((j_common_ptr)&jpeg, JPOOL_IMAGE, jpeg.output_width, 1);
    while (jpeg.output_scanline < jpeg.output_height) {
        jpeg_read_scanlines(&jpeg, row, 1);
        for (JDIMENSION x = 0; x < jpeg.output_width; x++) *sum += row[0][x];
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return 1;
}

int main(void) {
    char path[4096];
    unsigned long long sum = 0;
    int decoded = 0, failed = 0;
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = 0;
        unsigned long length = 0;
        unsigned char *bytes = whole(path, &length);
        if (bytes && decode(bytes, length, &sum)) decoded++;
        else failed++;
        free(bytes);
    }
    printf("%d decoded, %d failed, sum %llu, libjpeg-turbo %d\n", decoded, failed, sum, LIBJPEG_TURBO_VERSION_NUMBER);
    return failed != 0;
}
