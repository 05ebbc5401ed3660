//! Ordinary fields: what most cameras write beside the date and their name, in the order in which they are added.

use lightproof_model::exif::Directory::{self, Exif, Ifd0, Interop};

use super::Value::{self, Fractions, Long, Short, SignedFractions, Text, Undefined};

/// Ordinary fields with ordinary values (ids and types of Exif 2.32, 4.6).
pub(super) fn fields() -> Vec<(Directory, u16, Value)> {
    let text = |t: &str| Text(t.to_owned());
    let undefined = |bytes: &[u8]| Undefined(bytes.to_vec());
    vec![
        (Exif, 0x829A, Fractions(vec![(1, 250)])),                             // ExposureTime
        (Exif, 0x829D, Fractions(vec![(56, 10)])),                             // FNumber
        (Exif, 0x8827, Short(200)),                                            // ISO
        (Exif, 0x920A, Fractions(vec![(350, 10)])),                            // FocalLength
        (Ifd0, 0x0132, text("2018:06:09 14:30:05")),                           // ModifyDate
        (Exif, 0x9004, text("2018:06:09 14:30:05")),                           // CreateDate
        (Ifd0, 0x0112, Short(1)),                                              // Orientation
        (Ifd0, 0x011A, Fractions(vec![(72, 1)])),                              // XResolution
        (Ifd0, 0x011B, Fractions(vec![(72, 1)])),                              // YResolution
        (Ifd0, 0x0128, Short(2)),                                              // ResolutionUnit
        (Ifd0, 0x0131, text("Ver.1.00")),                                      // Software
        (Ifd0, 0x0213, Short(2)),                                              // YCbCrPositioning
        (Exif, 0x9000, undefined(b"0221")),                                    // ExifVersion
        (Exif, 0x9101, undefined(&[1, 2, 3, 0])),                              // ComponentsConfiguration
        (Exif, 0xA000, undefined(b"0100")),                                    // FlashpixVersion
        (Exif, 0xA001, Short(1)),                                              // ColorSpace
        (Exif, 0xA002, Long(3008)),                                            // ExifImageWidth
        (Exif, 0xA003, Long(2000)),                                            // ExifImageHeight
        (Exif, 0x9209, Short(0)),                                              // Flash
        (Exif, 0x9207, Short(5)),                                              // MeteringMode
        (Exif, 0x8822, Short(2)),                                              // ExposureProgram
        (Exif, 0x9204, SignedFractions(vec![(0, 6)])),                         // ExposureCompensation
        (Exif, 0x9205, Fractions(vec![(36, 10)])),                             // MaxApertureValue
        (Exif, 0x9208, Short(0)),                                              // LightSource
        (Exif, 0xA402, Short(0)),                                              // ExposureMode
        (Exif, 0xA403, Short(0)),                                              // WhiteBalance
        (Exif, 0xA405, Short(52)),                                             // FocalLengthIn35mmFormat
        (Exif, 0xA406, Short(0)),                                              // SceneCaptureType
        (Exif, 0xA404, Fractions(vec![(1, 1)])),                               // DigitalZoomRatio
        (Exif, 0xA407, Short(0)),                                              // GainControl
        (Exif, 0xA408, Short(0)),                                              // Contrast
        (Exif, 0xA409, Short(0)),                                              // Saturation
        (Exif, 0xA40A, Short(0)),                                              // Sharpness
        (Exif, 0xA40C, Short(0)),                                              // SubjectDistanceRange
        (Exif, 0xA401, Short(0)),                                              // CustomRendered
        (Exif, 0xA217, Short(2)),                                              // SensingMethod
        (Exif, 0xA300, undefined(&[3])),                                       // FileSource
        (Exif, 0xA301, undefined(&[1])),                                       // SceneType
        (Exif, 0x9102, Fractions(vec![(4, 1)])),                               // CompressedBitsPerPixel
        (Exif, 0x9201, SignedFractions(vec![(7966, 1000)])),                   // ShutterSpeedValue
        (Exif, 0x9202, Fractions(vec![(4971, 1000)])),                         // ApertureValue
        (Exif, 0x9203, SignedFractions(vec![(700, 100)])),                     // BrightnessValue
        (Exif, 0x9290, text("10")),                                            // SubSecTime
        (Exif, 0x9292, text("10")),                                            // SubSecTimeDigitized
        (Interop, 0x0001, text("R98")),                                        // InteropIndex
        (Interop, 0x0002, undefined(b"0100")),                                 // InteropVersion
        (Ifd0, 0x013B, text("A. Photographer")),                               // Artist
        (Ifd0, 0x8298, text("A. Photographer")),                               // Copyright
        (Ifd0, 0x010E, text("A drawn picture")),                               // ImageDescription
        (Exif, 0xA432, Fractions(vec![(18, 1), (55, 1), (35, 10), (56, 10)])), // LensInfo
        (Exif, 0xA433, text("Example")),                                       // LensMake
        (Exif, 0xA420, text("0123456789abcdef0123456789abcdef")),              // ImageUniqueID
        (Exif, 0x8830, Short(2)),                                              // SensitivityType
        (Exif, 0x8832, Long(200)),                                             // RecommendedExposureIndex
        (Exif, 0xA20E, Fractions(vec![(3008, 1)])),                            // FocalPlaneXResolution
        (Exif, 0xA20F, Fractions(vec![(2000, 1)])),                            // FocalPlaneYResolution
        (Exif, 0xA210, Short(2)),                                              // FocalPlaneResolutionUnit
    ]
}
